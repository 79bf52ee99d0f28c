# assets/sql/queries.sql -> one STMT(NAME, "sql") a statement. A statement begins with a line "-- name: some_name"; other comments
# are left out.
function flush() { if (name != "") printf "STMT(%s, \"%s\")\n", toupper(name), sql; sql = "" }
/^-- name: / { flush(); name = $3; next }
/^[ \t]*--/ || /^[ \t]*$/ { next }
{
    sub(/[ \t]+--.*$/, ""); sub(/;[ \t]*$/, "")
    gsub(/\\/, "\\\\"); gsub(/"/, "\\\"")
    sub(/^[ \t]+/, ""); sql = sql (sql == "" ? "" : " ") $0
}
END { flush() }
