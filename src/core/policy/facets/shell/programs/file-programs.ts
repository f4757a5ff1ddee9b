import type { ProgramData } from "./program-data.ts";

/** Programs that work on files and texts: those options that take a value, and those of two spellings. */
export const FILE_PROGRAMS: Readonly<Record<string, ProgramData>> = {
  awk: { options: "-f|--file= -F|--field-separator= -v|--assign= ..." },
  cat: { options: "..." },
  chgrp: { options: "-R|--recursive -f|--silent|--quiet --reference= --from= ..." },
  chmod: { options: "-R|--recursive -f|--silent|--quiet -v|--verbose --reference= ..." },
  chown: { options: "-R|--recursive -f|--silent|--quiet --reference= --from= ..." },
  cp: {
    options: `-a|--archive -r|-R|--recursive -f|--force -i|--interactive -n|--no-clobber -l|--link -s|--symbolic-link -u|--update[=]
      -t|--target-directory= -T|--no-target-directory -S|--suffix= -b --backup[=] -p --preserve[=] -v|--verbose --no-preserve= ...`,
  },
  cut: { options: "-b|--bytes= -c|--characters= -d|--delimiter= -f|--fields= --output-delimiter= ..." },
  dd: { options: "..." },
  diff: { options: "-U= -C= -I= -x|--exclude= -X|--exclude-from= --label= -W|--width= ..." },
  find: {
    dash: "word",
    options: `-D= -name= -iname= -path= -ipath= -wholename= -regex= -iregex= -lname= -type= -xtype= -size= -perm= -user= -group= -uid= -gid=
      -newer= -anewer= -cnewer= -mtime= -atime= -ctime= -mmin= -amin= -cmin= -maxdepth= -mindepth= -samefile= -inum= -links= -fstype=
      -printf= -fprint= -fprint0= -fls= -regextype= -used= -context= ...`,
  },
  grep: {
    options: `-e|--regexp= -f|--file= -m|--max-count= -A|--after-context= -B|--before-context= -C|--context= -D|--devices= -d|--directories=
      -r|--recursive -R|--dereference-recursive -i|--ignore-case -v|--invert-match -n|--line-number --include= --exclude= --exclude-dir=
      --exclude-from= --label= --color[=] --binary-files= ...`,
  },
  head: { options: "-n|--lines= -c|--bytes= -q|--quiet|--silent -v|--verbose -z|--zero-terminated" },
  install: {
    options: "-d|--directory -D -m|--mode= -o|--owner= -g|--group= -t|--target-directory= -S|--suffix= -T ...",
  },
  ln: {
    options: `-s|--symbolic -f|--force -i|--interactive -n|--no-dereference -t|--target-directory= -T|--no-target-directory -S|--suffix=
      -b --backup[=] -r|--relative -v|--verbose ...`,
  },
  mkdir: { options: "-p|--parents -m|--mode= -v|--verbose -Z --context[=]" },
  mv: {
    options: `-f|--force -i|--interactive -n|--no-clobber -u|--update[=] -t|--target-directory= -T|--no-target-directory -S|--suffix= -b
      --backup[=] -v|--verbose ...`,
  },
  patch: {
    options: "-p|--strip= -i|--input= -o|--output= -d|--directory= -F|--fuzz= -r|--reject-file= -B|--prefix= ...",
  },
  rg: {
    options:
      "-e|--regexp= -f|--file= -g|--glob= -t|--type= -T|--type-not= -A= -B= -C= -m|--max-count= -M= -j= -r|--replace= ...",
  },
  rm: {
    options: `-f|--force -i -I --interactive[=] -r|-R|--recursive -d|--dir -v|--verbose --one-file-system --preserve-root[=]
      --no-preserve-root -P -W -x --help --version`,
  },
  rmdir: { options: "-p|--parents -v|--verbose --ignore-fail-on-non-empty --help --version" },
  rsync: {
    options: `-e|--rsh= -f|--filter= -M|--remote-option= -T|--temp-dir= -B|--block-size= -a|--archive -r|--recursive -v|--verbose -n|--dry-run
      -u|--update --del|--delete-during --delete --delete-before --delete-after --delete-delay --delete-excluded --exclude= --exclude-from=
      --include= --include-from= --files-from= --backup-dir= --suffix= --chmod= --chown= --rsync-path= --log-file= --password-file= --port=
      --bwlimit= --max-size= --min-size= --max-delete= --timeout= --partial-dir= --compare-dest= --copy-dest= --link-dest= ...`,
  },
  sed: {
    options:
      "-n|--quiet|--silent -e|--expression= -f|--file= -i|--in-place[=] -E|-r|--regexp-extended -s|--separate -l= ...",
  },
  shred: {
    options: "-f|--force -n|--iterations= -s|--size= -u --remove[=] -v|--verbose -x|--exact -z|--zero --random-source=",
  },
  sort: {
    options:
      "-k|--key= -o|--output= -S|--buffer-size= -t|--field-separator= -T|--temporary-directory= --parallel= --files0-from= ...",
  },
  tail: {
    options:
      "-n|--lines= -c|--bytes= -f -F --follow[=] --pid= -s|--sleep-interval= -q|--quiet|--silent -v|--verbose --retry ...",
  },
  tar: {
    bareLetters: true,
    options: `-f|--file= -C|--directory= -c|--create -x|--extract|--get -t|--list -r|--append -u|--update -A|--catenate -d|--diff|--compare
      -b|--blocking-factor= -F|--info-script= -g|--listed-incremental= -H|--format= -I|--use-compress-program= -K|--starting-file=
      -L|--tape-length= -N|--newer= -T|--files-from= -V|--label= -X|--exclude-from= --exclude= --strip-components= --transform|--xform=
      --to-command= --owner= --group= --mode= --delete -z|--gzip -j|--bzip2 -J|--xz -v|--verbose -p -k -O|--to-stdout -P --overwrite --remove-files --recursive-unlink --unlink-first ...`,
  },
  tee: { options: "-a|--append -i|--ignore-interrupts -p --output-error[=]" },
  touch: { options: "-a -m -c|--no-create -d|--date= -r|--reference= -t= -h|--no-dereference --time=" },
  truncate: { options: "-c|--no-create -o|--io-blocks -r|--reference= -s|--size=" },
  unzip: { options: "-d= -x -P= -o -n -q -l -t ..." },
  wc: { options: "--files0-from= --total= ..." },
  zip: { options: "-b= -n= -P= -r -m -d -q -x -i -t= -tt= ..." },
};
