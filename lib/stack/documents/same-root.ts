/** Part of a copy: whether root of the host gets in after it. */

/** An account that lives while it is tried out. */
const ROOT_LIKE = 'keepalambda_root';

/**
 * All accounts come with the data, root's too: with another password there, the script would be locked out in the middle. So
 * an account with what the other node knows of root is made here, and logged in to as root does. What cannot be tried is
 * not refused.
 */
export const sameRoot = `
me=$(sql 'SELECT CURRENT_USER()')
user=\${me%@*} address=\${me##*@}
case $kind in
  mysql-5.6)
    asked="SELECT CONCAT('GRANT USAGE ON *.* TO ', plugin, ' IDENTIFIED BY PASSWORD ''', Password, '''') FROM mysql.user WHERE User = '$user' AND Host = '$address'" ;;
  mysql-8) asked="SET SESSION print_identified_with_as_hex = 1; SHOW CREATE USER '$user'@'$address'" ;;
  *) asked="SHOW CREATE USER '$user'@'$address'" ;;
esac
# shellcheck disable=SC2086
theirs=$("$client" $reach -N -r -B -e "$asked" 2>"$state/said") || grep -qE 'ERROR (1133|1141|1396)' "$state/said" || theirs=socket
[ -n "$theirs" ] || fail "the other node has no account $me, by which root of this host gets in, and all accounts come with its data: make it there, and order it again"
case $theirs in
  *socket*) ;;
  *)
    like="'${ROOT_LIKE}'@'$address'"
    clearly 0
    sql "SET SESSION sql_log_bin = 0; DROP USER $like" 2>/dev/null || true
    theirs=$(printf '%s' "$theirs" | sed -e "s|^CREATE USER [^ ]*|CREATE USER $like|" -e "s| ON \\*\\.\\* TO [^ ]*| ON *.* TO $like|")
    isIn=yes
    if sql "SET SESSION sql_log_bin = 0; $theirs" 2>/dev/null; then
      "$client" --user=${ROOT_LIKE} --connect-timeout=10 -N -B -e 'SELECT 1' >/dev/null 2>"$state/said" || isIn=no
      sql "SET SESSION sql_log_bin = 0; DROP USER $like"
    fi
    clearly "$closed"
    [ "$isIn" = yes ] || fail "root of this host would be locked out: the password of $me is another one on the other node, and all accounts come with its data. Give it that password here (ALTER USER, and in /root/.my.cnf), and order it again" ;;
esac
`.trim();
