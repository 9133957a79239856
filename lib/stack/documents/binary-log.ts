/** Documents that read the binary log of a host's server. Only counts leave the host, never what the rows hold. */
import { type Document, shellDocument } from './document.ts';

/** A reader that takes longer than this is ended; what it has counted by then is said to be incomplete. Seconds. */
const READ_LIMIT_SECONDS = 100;
/** More files of the binary log than this are not read. */
const FILES_MAX = 40;
/** Tables that are listed; the rest is counted together. */
const TABLES_MAX = 40;

const parameters = {
  Log: {
    type: 'String',
    description: 'The path and base name of the binary log: the server variable log_bin_basename.',
    allowedPattern: '^/[A-Za-z0-9._/-]{1,400}$',
    interpolationType: 'ENV_VAR',
  },
  Transactions: {
    type: 'String',
    description: 'Which transactions to count: a set of GTIDs, or NONE: those after Place.',
    allowedPattern: '^(NONE|[A-Za-z0-9][A-Za-z0-9_:,-]{2,2999})$',
    interpolationType: 'ENV_VAR',
  },
  Place: {
    type: 'String',
    description: 'Without GTIDs: the place in the binary log after which to count, as file:offset, or NONE.',
    allowedPattern: '^(NONE|[A-Za-z0-9][A-Za-z0-9._-]{0,199}:[0-9]{1,15})$',
    interpolationType: 'ENV_VAR',
  },
  ServerId: {
    type: 'String',
    description: 'Without GTIDs: the server whose own transactions are counted.',
    allowedPattern: '^[0-9]{1,10}$',
    interpolationType: 'ENV_VAR',
  },
} as const;

/**
 * Reads what `mysqlbinlog --verbose` prints. GTIDs are sets as `uuid:1-5:8,uuid2:tag:3`; MariaDB's `1-2-7` is `1-2:7`. A
 * row is a line such as `### INSERT INTO \`app\`.\`orders\``; the values come below, indented, with escaped line ends.
 */
const counter = String.raw`
function add(origin, range,  b) {
  split(range, b, "-")
  places[origin]++
  low[origin, places[origin]] = b[1] + 0
  high[origin, places[origin]] = (b[2] == "" ? b[1] : b[2]) + 0
}
function isWanted(origin, number,  i) {
  origin = tolower(origin)
  for (i = 1; i <= places[origin]; i++)
    if (number >= low[origin, i] && number <= high[origin, i]) return 1
  return 0
}
function begin(wanted) { counts = wanted; if (wanted) transactions++ }
BEGIN {
  byGtid = ENVIRON["SSM_Transactions"] != ""
  n = split(ENVIRON["SSM_Transactions"], parts, ",")
  for (p = 1; p <= n; p++) {
    m = split(parts[p], words, ":")
    origin = tolower(words[1])
    for (w = 2; w <= m; w++)
      if (words[w] ~ /^[0-9]+(-[0-9]+)?$/) add(origin, words[w])
      else origin = origin ":" words[w]
  }
}
function tableOf(text,  words, n, i, name) {
  sub(/^\/\*[^*]*\*\/ */, "", text)
  n = split(text, words, " ")
  if (tolower(words[1]) !~ /^(insert|replace|update|delete)$/) return ""
  for (i = 2; i <= n && tolower(words[i]) ~ /^(ignore|low_priority|high_priority|delayed|quick|into|from)$/; i++);
  name = words[i]
  sub(/[(;].*$/, "", name); gsub(/${'`'}/, "", name)
  if (name !~ /^[A-Za-z0-9_$]+(\.[A-Za-z0-9_$]+)?$/) return ""
  return name ~ /\./ ? name : database "." name
}
inRows && /^### (INSERT INTO|UPDATE|DELETE FROM) / {
  if (!counts) next
  table = $0
  sub(/^### (INSERT INTO|UPDATE|DELETE FROM) /, "", table)
  gsub(/${'`'}/, "", table)
  if (!(table in seen)) seen[table] = 1
  if ($2 == "INSERT") inserted[table]++
  else if ($2 == "UPDATE") updated[table]++
  else deleted[table]++
  next
}
/^###/ { next }
/^#[0-9]+ +[0-9:]+ server id / {
  inQuery = /[ \t]Query[ \t]/
  inRows = /[ \t](Write|Update|Delete)[a-z_]*_rows/
  for (i = 1; i < NF; i++) if ($i == "server" && $(i + 1) == "id") server = $(i + 2)
  if (byGtid && $0 ~ /[ \t]GTID [0-9]+-[0-9]+-[0-9]+/) {
    for (i = 1; i < NF; i++) if ($i == "GTID") { split($(i + 1), g, "-"); begin(isWanted(g[1] "-" g[2], g[3] + 0)) }
  }
  if (/[ \t]Xid[ \t]/) inTransaction = 0
  next
}
byGtid && /SESSION\.GTID_NEXT= *'[^']*:[0-9]+'/ {
  gtid = $0
  sub(/^[^']*'/, "", gtid); sub(/'.*$/, "", gtid)
  number = gtid; sub(/^.*:/, "", number)
  sub(/:[0-9]+$/, "", gtid)
  begin(isWanted(gtid, number + 0))
  next
}
inQuery && /^use / { database = $2; sub(/\/\*.*$/, "", database); gsub(/${'`'}/, "", database) }
inQuery && /^(#|SET |use |\/\*!|DELIMITER)/ { next }
inQuery {
  inQuery = 0
  if ($1 == "BEGIN") { inTransaction = 1; if (!byGtid) begin(server == ENVIRON["SSM_ServerId"]) }
  else if ($1 == "COMMIT" || $1 == "ROLLBACK") inTransaction = 0
  else {
    if (!byGtid && !inTransaction) begin(server == ENVIRON["SSM_ServerId"])
    if (counts) { statements++; table = tableOf($0); if (table != "") stated[table]++ }
  }
}
END {
  printf "%d %d\n", transactions, statements
  for (table in stated) printf "%d %s\n", stated[table], table
  for (table in seen) printf "%d %d %d %s\n", inserted[table], updated[table], deleted[table], table
}`;

/**
 * From the newest file back until all are found; by place, from its file on. The reader's own output is never printed: it
 * holds the rows.
 */
const script = `
set -u
log=$SSM_Log
[ "$SSM_Transactions" != NONE ] || SSM_Transactions=
[ "$SSM_Place" != NONE ] || SSM_Place=
export SSM_Transactions SSM_ServerId
reader=
for name in mariadb-binlog mysqlbinlog; do
  if command -v "$name" >/dev/null 2>&1; then reader=$name; break; fi
done
if [ -z "$reader" ]; then echo "unread mysqlbinlog is not installed on this host"; exit 0; fi
work=$(mktemp -d) || { echo "no temporary directory" >&2; exit 1; }
trap 'rm -rf "$work"' EXIT
cat > "$work/count.awk" <<'AWK'
${counter.trim()}
AWK
for file in "$log".[0-9]*; do [ ! -e "$file" ] || echo "$file"; done | awk -F. '{ print $NF, $0 }' | sort -n | cut -d' ' -f2- > "$work/files"
if [ ! -s "$work/files" ]; then echo "unread no file $log.NUMBER on this host"; exit 0; fi
if [ -n "$SSM_Place" ]; then
  first=\${SSM_Place%:*}
  if ! grep -q "/$first\\$" "$work/files"; then echo "unread the file $first of the binary log is gone"; exit 0; fi
  sed -n "\\#/$first\\$#,\\$p" "$work/files" > "$work/order"
else
  sed '1!G;h;$!d' "$work/files" > "$work/order"
fi
wanted=$(printf '%s' "$SSM_Transactions" | awk -F, '{ for (i = 1; i <= NF; i++) { m = split($i, w, ":")
  for (j = 2; j <= m; j++) if (w[j] ~ /^[0-9]+(-[0-9]+)?$/) { split(w[j], b, "-"); n += (b[2] == "" ? 1 : b[2] - b[1] + 1) } } }
  END { print n + 0 }')
began=$(date +%s)
files=0
: > "$work/counts"
while read -r file; do
  if [ "$files" -ge ${FILES_MAX} ]; then echo "unread more than ${FILES_MAX} files of the binary log"; break; fi
  left=$((${READ_LIMIT_SECONDS} - $(date +%s) + began))
  if [ "$left" -le 0 ]; then echo "unread it took longer than ${READ_LIMIT_SECONDS} s"; break; fi
  start=4
  if [ "$files" -eq 0 ] && [ -n "$SSM_Place" ]; then start=\${SSM_Place##*:}; fi
  { timeout "$left" "$reader" --no-defaults --verbose --base64-output=DECODE-ROWS --start-position="$start" "$file" \\
    2>"$work/said"; echo $? >"$work/code"; } | awk -f "$work/count.awk" >> "$work/counts"
  code=$(cat "$work/code")
  if [ "$code" -ne 0 ]; then
    echo "unread $reader ended with $code on \${file##*/}: $(grep -m 1 -i error "$work/said" | cut -c 1-200)"
    break
  fi
  files=$((files + 1))
  found=$(awk 'NF == 2 && $2 ~ /^[0-9]+$/ { n += $1 } END { print n + 0 }' "$work/counts")
  if [ -z "$SSM_Place" ] && [ "$found" -ge "$wanted" ]; then break; fi
done < "$work/order"
awk 'NF == 2 && $2 ~ /^[0-9]+$/ { t += $1; s += $2; next }
  NF == 2 { stated[$2] += $1; next }
  { i = $1; u = $2; d = $3; name = $0; sub(/^[0-9]+ [0-9]+ [0-9]+ /, "", name)
    ins[name] += i; upd[name] += u; del[name] += d }
  END { print "transactions " t + 0; print "statements " s + 0
    for (name in stated) print "stated " stated[name], name
    for (name in ins) print "rows " ins[name], upd[name], del[name], name }' "$work/counts" > "$work/sums"
grep -vE '^(rows|stated) ' "$work/sums"
grep -E '^(rows|stated) ' "$work/sums" | sort -k 1,1 -k 2,2nr | awk 'NR <= ${TABLES_MAX} { print; next } { more++ }
  END { if (more) print "more " more }'
`;

export const countTransactions: Document = shellDocument(
  'countTransactions',
  'Counts the rows of some transactions by table, from the binary log. Changes nothing, and prints no row.',
  READ_LIMIT_SECONDS + 20,
  script,
  parameters,
);
