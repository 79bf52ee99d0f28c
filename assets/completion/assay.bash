# bash completion for assay: commands, their options, and files.
_assay() {
    local current=${COMP_WORDS[COMP_CWORD]} command='' word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case $word in
        -*) ;;
        *) command=$word; break ;;
        esac
    done
    case $current in
    -*) mapfile -t COMPREPLY < <(compgen -W "$(assay __complete "$command" 2>/dev/null)" -- "$current") ;;
    *)
        if [ -z "$command" ]; then
            mapfile -t COMPREPLY < <(compgen -W "$(assay __complete 2>/dev/null)" -- "$current")
        else
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
        fi
        ;;
    esac
}
complete -o filenames -F _assay assay
