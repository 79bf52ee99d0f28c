# bash completion for assay: commands, their options, and files.
_assay() {
    local current=${COMP_WORDS[COMP_CWORD]} command='' word value=''
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [ -n "$value" ] && { value=''; continue; }
        case $word in
        -w | --workspace | --color) value=1 ;;
        -* | help) ;;
        *) command=$word; break ;;
        esac
    done
    case $current in
    -*) mapfile -t COMPREPLY < <(compgen -W "$(assay __complete "$command" 2>/dev/null)" -- "$current") ;;
    *)
        if [ -z "$command$value" ]; then
            mapfile -t COMPREPLY < <(compgen -W "$(assay __complete 2>/dev/null)" -- "$current")
        else
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
        fi
        ;;
    esac
}
complete -o filenames -F _assay assay
