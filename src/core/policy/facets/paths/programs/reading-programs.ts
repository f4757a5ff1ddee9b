import type { ProgramPaths } from "./program-paths.ts";

/** Programs that read the files they are given. */
export const READING_PROGRAMS: readonly ProgramPaths[] = [
  {
    programs:
      "cat bat batcat tac nl rev less more most wc md5sum md5 sha1sum sha224sum sha256sum sha384sum sha512sum shasum b2sum" +
      " cksum sum crc32 zcat bzcat xzcat lz4cat zstdcat zless zmore expand unexpand fmt pr tsort ptx look view hd" +
      " base32 base64 basenc iconv hexyl mdcat glow pygmentize highlight readelf objdump nm ldd cpp source . mapfile readarray" +
      " gc get-content type select-string import-csv format-hex certutil",
    operands: ["read"],
    values: {
      none: "-w --wrap -f --from-code -t --to-code --language --style --theme -totalcount -tail -encoding",
      overwrite: "-o --output",
    },
  },
  { programs: "head tail", operands: ["read"], values: { none: "-n --lines -c --bytes -s --sleep-interval --pid" } },
  {
    programs: "cut column paste join comm fold",
    operands: ["read"],
    values: {
      none: "-d -f -c -b -s -t -w -o -i -1 -2 -j -a -e -N -H -R --delimiter --fields --characters --separator",
    },
  },
  {
    programs: "od xxd hexdump strings",
    operands: ["read"],
    modes: [{ options: "-r --revert", operands: ["read", "write"] }],
    values: { none: "-A -j -N -t -w -n -s -c -l -g -o -e -m --bytes --format --skip-bytes --read-bytes --width" },
  },
  {
    programs: "diff colordiff cmp sdiff diff3 delta icdiff meld vimdiff fc compare-object",
    operands: ["read"],
    tree: "-r --recursive",
    values: {
      none: "-U -C -W -x -I -F -i -n --unified --context --width --exclude --label -L --skip",
      overwrite: "-o --output",
    },
  },
  {
    programs: "uniq",
    operands: ["read"],
    last: ["overwrite"],
    values: { none: "-f -s -w --skip-fields --skip-chars --check-chars" },
  },
  {
    programs: "sort shuf",
    operands: ["read"],
    values: {
      none: "-k -t -S -T -n -i --key --field-separator --buffer-size --temporary-directory --head-count --input-range --parallel",
      read: "--files0-from --random-source",
      overwrite: "-o --output",
    },
  },
  {
    programs: "grep egrep fgrep zgrep zegrep zfgrep bzgrep xzgrep pcregrep pcre2grep ugrep",
    operands: ["read"],
    skip: 1,
    skipUnless: "-e --regexp -f --file",
    tree: "-r -R --recursive --dereference-recursive",
    values: {
      none: "-e --regexp -A -B -C -m --after-context --before-context --context --max-count --color --colour --exclude --exclude-dir -d -D --binary-files --label",
      read: "-f --file",
      glob: "--include",
    },
  },
  {
    programs: "rg ag ack sift pt",
    operands: ["read"],
    skip: 1,
    skipUnless: "-e --regexp -f --file --files --type-list",
    modes: [{ options: "--files", operands: ["list"] }],
    tree: true,
    values: {
      none: "-e --regexp -A -B -C -m -t -T -j -M -r -E --after-context --before-context --context --max-count --type --type-not --color --sort --replace --threads --max-depth --ignore-dir --ignore",
      read: "-f --file --pre",
      glob: "-g --glob --iglob",
    },
  },
  {
    programs: "sed gsed ssed",
    operands: ["read"],
    skip: 1,
    skipUnless: "-e --expression -f --file",
    modes: [{ options: "-i --in-place", operands: ["read", "write"] }],
    script: "sed",
    values: { none: "-l --line-length", script: "-e --expression", read: "-f --file" },
  },
  {
    programs: "awk gawk mawk nawk",
    operands: ["read"],
    skip: 1,
    skipUnless: "-f --file -e --source -E --exec",
    modes: [{ options: "-i --include", operands: ["read", "write"] }],
    script: "awk",
    values: {
      none: "-v -F --assign --field-separator -i --include",
      script: "-e --source",
      read: "-f --file -E --exec",
      overwrite: "-o -d -p",
    },
  },
  {
    programs: "jq yq xq tomlq gojq jaq dasel fx xmllint xmlstarlet csvcut csvgrep csvlook mlr",
    operands: ["read"],
    skip: 1,
    skipUnless: "-f --from-file --format",
    modes: [{ options: "-i --inplace --in-place", operands: ["read", "write"] }],
    values: {
      none: "--indent --xpath --arg --argjson",
      read: "-f --from-file --slurpfile --rawfile",
      overwrite: "--output",
    },
  },
  {
    programs: "openssl",
    operands: ["read"],
    skip: 1,
    values: {
      none: "-k -K -iv -S -pass -passin -passout -subj -days -connect -servername -name -md -bits",
      read: "-in -inkey -key -certfile -signkey -CAkey -kfile -config -infiles -sign -verify -prverify",
      overwrite: "-out -keyout -writerand",
    },
  },
  {
    programs: "gpg gpg2",
    operands: ["read"],
    values: {
      none: "-r --recipient -u --local-user --homedir --passphrase --keyserver --cipher-algo --export --export-secret-keys --export-secret-subkeys --delete-keys --recv-keys",
      read: "--passphrase-file --keyring --secret-keyring",
      overwrite: "-o --output",
    },
  },
  {
    programs: "sqlite3 sqlite duckdb",
    operands: [],
    first: ["read"],
    values: { none: "-cmd -separator -nullvalue -newline", read: "-init -f" },
  },
  {
    programs: "psql mysql mariadb mycli pgcli sqlcmd",
    operands: [],
    values: {
      none: "-c -d -h -U -p -e --command --dbname --host --username",
      read: "-f --file -i",
      overwrite: "-o --output -L --log-file",
    },
  },
  {
    programs: "pg_dump pg_dumpall pg_restore mysqldump mongodump",
    operands: [],
    values: {
      none: "-d -h -U -p -t -n --dbname --host --username --table",
      overwrite: "-f --file -r --result-file -o --out",
    },
  },
  {
    programs: "patch",
    operands: ["read", "write"],
    values: {
      none: "-p -D -F -z -V -B -Y -x --strip",
      read: "-i --input",
      overwrite: "-o --output -r",
      write: "-d --directory",
    },
  },
  {
    programs: "vi vim nvim vim.tiny nano pico emacs emacsclient micro helix hx kak joe jed mg ed ex red mcedit notepad",
    operands: ["read", "write"],
    values: { none: "-c --cmd -S -u -U -i -T -t -f --eval" },
  },
];
