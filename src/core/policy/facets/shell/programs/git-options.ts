/** Options between `git` and its subcommand. They are typed in full. */
export const GIT_GLOBAL_OPTIONS = `
  -v|--version -h|--help -C= -c= --config-env= --exec-path[=] --html-path --man-path --info-path -p|--paginate -P|--no-pager
  --no-replace-objects --no-lazy-fetch --no-optional-locks --no-advice --bare --git-dir= --work-tree= --namespace= --super-prefix=
  --attr-source= --list-cmds= --literal-pathspecs --glob-pathspecs --noglob-pathspecs --icase-pathspecs`;

const PATHSPEC_FILE = "--pathspec-from-file= --pathspec-file-nul";
const SIGNING = "-S|--gpg-sign[=]";
const MERGING = `
  -n|--no-stat --stat --summary --compact-summary --log[=] --squash --commit -e|--edit --cleanup= --ff --ff-only --rerere-autoupdate
  --verify-signatures -s|--strategy= -X|--strategy-option= --autostash --allow-unrelated-histories --signoff --no-verify ${SIGNING}`;
const FETCHING = `
  -v|--verbose -q|--quiet --all -a|--append --atomic --upload-pack= -f|--force -m|--multiple -t|--tags -j|--jobs= --prefetch -p|--prune
  -P|--prune-tags --recurse-submodules[=] --dry-run --write-fetch-head -k|--keep -u|--update-head-ok --progress --depth= --shallow-since=
  --shallow-exclude= --deepen= --unshallow --refetch --update-shallow --refmap= -o|--server-option= -4|--ipv4 -6|--ipv6 --negotiation-tip=
  --negotiate-only --filter= --auto-maintenance --auto-gc --show-forced-updates --write-commit-graph --set-upstream --stdin --porcelain`;
const SEQUENCE = `
  --quit --continue --abort --skip --cleanup= -n|--no-commit -e|--edit -s|--signoff -m|--mainline= --rerere-autoupdate --strategy=
  -X|--strategy-option= ${SIGNING}`;
const CHECKING_OUT = `
  --guess --overlay -q|--quiet --recurse-submodules[=] --progress -m|--merge --conflict= -d|--detach -t|--track[=] -f|--force --orphan=
  --overwrite-ignore --ignore-other-worktrees --ignore-skip-worktree-bits -2|--ours -3|--theirs -p|--patch -U|--unified=
  --inter-hunk-context= ${PATHSPEC_FILE}`;
/** Only those with values and those of one letter that others could be mistaken for: there are hundreds. */
const LOGGING = `
  -S= -G= -O= -L= -l= -U= -n= -B[=] -M[=] -C[=] -D -p -q|--quiet --grep= --author= --committer= --since= --after= --until= --before=
  --max-count= --skip= --format= --pretty[=] --date= --output= --diff-filter= --decorate-refs= --decorate-refs-exclude= --word-diff-regex= ...`;
const STASHING = `
  -p|--patch -S|--staged -k|--keep-index -q|--quiet -u|--include-untracked -a|--all -m|--message= -U|--unified= --inter-hunk-context=
  ${PATHSPEC_FILE}`;
const NOTING =
  "-m|--message= -F|--file= -C|--reuse-message= -c|--reedit-message= -f|--force --allow-empty --separator[=] --stripspace";

/**
 * What may stand behind each subcommand, and behind those of two words. A subcommand that isn't here may be an alias or a
 * plugin. From the manual pages of git 2.39 to 2.51.
 */
export const GIT_SUBCOMMAND_OPTIONS: Readonly<Record<string, string>> = {
  add: `-n|--dry-run -v|--verbose -i|--interactive -p|--patch -e|--edit -f|--force -u|--update --renormalize -N|--intent-to-add -A|--all
    --ignore-removal --refresh --ignore-errors --ignore-missing --sparse --chmod= -U|--unified= --inter-hunk-context= ${PATHSPEC_FILE}`,
  am: `-i|--interactive -n|--no-verify -3|--3way -q|--quiet -s|--signoff -u|--utf8 -k|--keep --keep-non-patch -m|--message-id --keep-cr
    -c|--scissors --quoted-cr= --whitespace= --ignore-space-change --ignore-whitespace --directory= --exclude= --include= -C= -p=
    --patch-format= --reject --resolvemsg= --continue -r|--resolved --skip --abort --quit --retry --show-current-patch[=] --allow-empty
    --committer-date-is-author-date --ignore-date --rerere-autoupdate --empty= ${SIGNING}`,
  apply:
    "-p= -C= --exclude= --include= --directory= --whitespace= --build-fake-ancestor= -R|--reverse --index --cached --check ...",
  archive: "--format= --prefix= --add-file= --add-virtual-file= -o|--output= --remote= --exec= ...",
  bisect: "",
  "bisect run": "",
  blame: "-L= -S= --contents= --ignore-rev= --ignore-revs-file= --date= ...",
  branch: `-v|--verbose -q|--quiet -t|--track[=] -u|--set-upstream-to= --unset-upstream --color[=] -r|--remotes --contains= --no-contains=
    --abbrev[=] -a|--all -d|--delete -D -m|--move -M -c|--copy -C -l|--list --show-current --create-reflog --edit-description -f|--force
    --merged= --no-merged= --column[=] --sort= --points-at= -i|--ignore-case --recurse-submodules --format= --omit-empty`,
  checkout: `-b= -B= -l ${CHECKING_OUT}`,
  "checkout-index":
    "-a|--all -f|--force -q|--quiet -n|--no-create -u|--index -z --stdin --temp --prefix= --stage= --ignore-skip-worktree-bits",
  "cherry-pick": `${SEQUENCE} -x --ff --allow-empty --allow-empty-message --keep-redundant-commits --empty=`,
  clean: "-q|--quiet -n|--dry-run -f|--force -i|--interactive -d -e|--exclude= -x -X",
  clone: `-v|--verbose -q|--quiet --progress --reject-shallow -n|--no-checkout --checkout --bare --mirror -l|--local --no-hardlinks -s|--shared
    --recurse-submodules[=] --recursive[=] -j|--jobs= --template= --reference= --reference-if-able= --dissociate -o|--origin= -b|--branch=
    --revision= -u|--upload-pack= --depth= --shallow-since= --shallow-exclude= --single-branch --tags --shallow-submodules
    --separate-git-dir= --ref-format= -c|--config= --server-option= -4|--ipv4 -6|--ipv6 --filter= --also-filter-submodules
    --remote-submodules --sparse --bundle-uri=`,
  commit: `-q|--quiet -v|--verbose -F|--file= --author= --date= -m|--message= -c|--reedit-message= -C|--reuse-message= --fixup= --squash=
    --reset-author --trailer= -s|--signoff -t|--template= -e|--edit --cleanup= --status -a|--all -i|--include --interactive -p|--patch
    -o|--only -n|--no-verify --dry-run --short --branch --ahead-behind --porcelain --long -z|--null --amend --no-post-rewrite
    -u|--untracked-files[=] --allow-empty --allow-empty-message -U|--unified= --inter-hunk-context= ${SIGNING} ${PATHSPEC_FILE}`,
  "commit-tree": `-p= -m= -F= ${SIGNING}`,
  config: `--global --system --local --worktree -f|--file= --blob= --get --get-all --get-regexp --get-urlmatch --replace-all --add --unset
    --unset-all --rename-section --remove-section -l|--list --fixed-value -e|--edit --get-color --get-colorbool -t|--type= --bool --int
    --bool-or-int --bool-or-str --path --expiry-date -z|--null --name-only --includes --show-origin --show-scope --show-names --default=
    --comment= --all --append --value= --url= --regexp`,
  diff: LOGGING,
  difftool: "-x|--extcmd= -t|--tool= -d|--dir-diff -g|--gui -y|--no-prompt --prompt --tool-help ...",
  "fast-import": "--force ...",
  fetch: `${FETCHING} -n`,
  "filter-branch": `-f|--force -d= --setup= --subdirectory-filter= --env-filter= --tree-filter= --index-filter= --parent-filter=
    --msg-filter= --commit-filter= --tag-name-filter= --prune-empty --original= --state-branch= --remap-to-ancestor`,
  "filter-repo": "...",
  "for-each-ref":
    "--count= --format= --sort= --points-at= --merged= --no-merged= --contains= --no-contains= --exclude= ...",
  "for-each-repo": "--config= --keep-going",
  "format-patch":
    "-o|--output-directory= --suffix= --start-number= -v|--reroll-count= --subject-prefix= --to= --cc= --base= ...",
  gc: "-q|--quiet --prune[=] --cruft --max-cruft-size= --expire-to= --aggressive --auto --detach --force --keep-largest-pack",
  grep: "-e= -f= -C= -A= -B= -m= --max-depth= --max-count= --threads= -O|--open-files-in-pager[=] --color[=] ...",
  init: "--template= --bare --shared[=] -q|--quiet --separate-git-dir= -b|--initial-branch= --object-format= --ref-format=",
  lfs: "...",
  "lfs migrate": "...",
  log: LOGGING,
  "ls-files": "-x= -X= --exclude= --exclude-from= --exclude-per-directory= --with-tree= --format= ...",
  "ls-remote": "--upload-pack= --sort= -o|--server-option= ...",
  merge: `${MERGING} -m|--message= -F|--file= --into-name= -v|--verbose -q|--quiet --abort --quit --continue --progress --overwrite-ignore`,
  mv: "-v|--verbose -n|--dry-run -f|--force -k --sparse",
  notes: `--ref= ${NOTING}`,
  "notes add": NOTING,
  "notes append": NOTING,
  prune: "-n|--dry-run -v|--verbose --progress --expire= --exclude-promisor-objects",
  pull: `${MERGING} ${FETCHING} -r|--rebase[=]`,
  push: `-v|--verbose -q|--quiet --repo= --all|--branches --mirror -d|--delete --tags -n|--dry-run --porcelain -f|--force --force-with-lease[=]
    --force-if-includes --recurse-submodules= --thin --receive-pack|--exec= -u|--set-upstream --progress --prune --no-verify --follow-tags
    --signed[=] --atomic -o|--push-option= -4|--ipv4 -6|--ipv6`,
  "read-tree": `--index-output= --empty -v|--verbose -m --trivial --aggressive --reset --prefix= -u --exclude-per-directory= -i -n|--dry-run
    --no-sparse-checkout --debug-unpack --recurse-submodules[=] -q|--quiet`,
  rebase: `--onto= --keep-base --no-verify -q|--quiet -v|--verbose -n|--no-stat --stat --signoff --trailer= --committer-date-is-author-date
    --reset-author-date|--ignore-date -C= --ignore-whitespace --whitespace= -f|--force-rebase --no-ff --continue --skip --abort --quit
    --edit-todo --show-current-patch --apply -m|--merge -i|--interactive --rerere-autoupdate --empty= --autosquash --update-refs --autostash
    -x|--exec= -r|--rebase-merges[=] --fork-point -s|--strategy= -X|--strategy-option= --root --reschedule-failed-exec
    --reapply-cherry-picks ${SIGNING}`,
  reflog: LOGGING,
  "reflog delete": "--rewrite --updateref -n|--dry-run --verbose",
  "reflog drop": "--all --single-worktree",
  "reflog exists": "",
  "reflog expire":
    "--expire= --expire-unreachable= --rewrite --updateref --stale-fix -n|--dry-run --verbose --all --single-worktree",
  remote: "-v|--verbose",
  "remote add": "-f|--fetch --tags -t|--track= -m|--master= --mirror[=]",
  "remote set-url": "--push --add --delete",
  repack: `-a -A --cruft --cruft-expiration= -d -f -F -n -q|--quiet -l|--local -b|--write-bitmap-index -i|--delta-islands --unpack-unreachable=
    -k|--keep-unreachable --window= --window-memory= --depth= --threads= --max-pack-size= --pack-kept-objects --keep-pack= -g|--geometric=
    -m|--write-midx --expire-to= --filter= --filter-to=`,
  replace: "-l|--list -d|--delete -e|--edit -g|--graft --convert-graft-file -f|--force --raw --format=",
  reset: `-q|--quiet --no-refresh --mixed --soft --hard --merge --keep --recurse-submodules[=] -p|--patch -N|--intent-to-add -U|--unified=
    --inter-hunk-context= ${PATHSPEC_FILE}`,
  restore: `-s|--source= -S|--staged -W|--worktree --ignore-unmerged --overlay -q|--quiet --recurse-submodules[=] --progress -m|--merge
    --conflict= -2|--ours -3|--theirs -p|--patch --ignore-skip-worktree-bits -U|--unified= --inter-hunk-context= ${PATHSPEC_FILE}`,
  revert: `${SEQUENCE} --reference`,
  rm: `-n|--dry-run -q|--quiet --cached -f|--force -r --ignore-unmatch --sparse ${PATHSPEC_FILE}`,
  "send-pack": `-v|--verbose -q|--quiet --receive-pack|--exec= --remote= --all -n|--dry-run --mirror -f|--force --force-with-lease[=]
    --force-if-includes --signed[=] --push-option= --progress --thin --atomic --stateless-rpc --stdin --helper-status`,
  show: LOGGING,
  stash: STASHING,
  "stash apply": "--index -q|--quiet",
  "stash branch": "",
  "stash clear": "",
  "stash create": "",
  "stash drop": "-q|--quiet",
  "stash list": LOGGING,
  "stash pop": "--index -q|--quiet",
  "stash push": STASHING,
  "stash save": STASHING,
  "stash show": LOGGING,
  "stash store": "-m|--message= -q|--quiet",
  status: `-v|--verbose -s|--short -b|--branch --show-stash --ahead-behind --porcelain[=] --long -z|--null -u|--untracked-files[=] --ignored[=]
    --ignore-submodules[=] --column[=] --renames -M|--find-renames[=]`,
  submodule: "-q|--quiet --cached",
  "submodule add": "-q|--quiet -b|--branch= -f|--force --name= --reference= --ref-format= --depth=",
  "submodule deinit": "-q|--quiet -f|--force --all",
  "submodule foreach": "-q|--quiet --recursive",
  "submodule update": `-q|--quiet --init --filter= --remote -N|--no-fetch -f|--force --checkout --rebase --merge --recommend-shallow --reference=
    --ref-format= --depth= --recursive -j|--jobs= --single-branch --progress --require-init --dissociate`,
  switch: `-c|--create= -C|--force-create= --discard-changes ${CHECKING_OUT}`,
  "symbolic-ref": "-q|--quiet -d|--delete --short --recurse -m=",
  tag: `-l|--list -n[=] -d|--delete -v|--verify -a|--annotate -m|--message= -F|--file= --trailer= -e|--edit -s|--sign --cleanup=
    -u|--local-user= -f|--force --create-reflog --column[=] --contains= --no-contains= --merged= --no-merged= --sort= --points-at= --format=
    --color[=] -i|--ignore-case --omit-empty`,
  "update-ref": "-m= -d --no-deref -z --stdin --create-reflog --batch-updates",
  worktree: "",
  "worktree add":
    "-f|--force -b= -B= --orphan -d|--detach --checkout --lock --reason= -q|--quiet --track --guess-remote --relative-paths",
  "worktree list": "-v|--verbose --porcelain --expire= -z",
  "worktree move": "-f|--force --relative-paths",
  "worktree prune": "-n|--dry-run -v|--verbose --expire=",
  "worktree remove": "-f|--force",
};

/** Subcommands whose operands are a command of their own. */
export const GIT_RUNNING_SUBCOMMANDS: readonly string[] = ["bisect run", "for-each-repo", "submodule foreach"];
