/** Settings whose value git gives to a shell; section and last part in lower case. From git-config's manual page. */
export const COMMAND_SETTINGS =
  /^(core\.(pager|editor|sshcommand|askpass|gitproxy|alternaterefscommand)|pager\..+|sequence\.editor|diff\.external|interactive\.difffilter|uploadpack\.packobjectshook|credential\.(.+\.)?helper|diff\..+\.(command|textconv)|(difftool|mergetool|guitool|browser|man)\..+\.cmd|merge\..+\.driver|filter\..+\.(clean|smudge|process)|submodule\..+\.update|tar\..+\.command|trailer\..+\.(command|cmd))$/s;

/** Settings among them whose value is a shell's only behind an exclamation mark. */
export const MARKED_SETTINGS = /^(credential|submodule)\./;

/** Variables whose value git gives to a shell. From git's manual page. */
export const COMMAND_VARIABLES: ReadonlySet<string> = new Set([
  "EDITOR",
  "GIT_ASKPASS",
  "GIT_EDITOR",
  "GIT_EXTERNAL_DIFF",
  "GIT_PAGER",
  "GIT_PROXY_COMMAND",
  "GIT_SEQUENCE_EDITOR",
  "GIT_SSH",
  "GIT_SSH_COMMAND",
  "PAGER",
  "SSH_ASKPASS",
  "VISUAL",
]);

/** Options, by subcommand, whose value git gives to a shell; on the other side, which may be this machine as well. */
export const COMMAND_OPTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ["archive", ["--exec"]],
  ["clone", ["--upload-pack"]],
  ["difftool", ["--extcmd"]],
  ["fetch", ["--upload-pack"]],
  [
    "filter-branch",
    [
      "--setup",
      "--env-filter",
      "--tree-filter",
      "--index-filter",
      "--parent-filter",
      "--msg-filter",
      "--commit-filter",
      "--tag-name-filter",
    ],
  ],
  ["grep", ["--open-files-in-pager"]],
  ["ls-remote", ["--upload-pack"]],
  ["pull", ["--upload-pack"]],
  ["push", ["--receive-pack"]],
  ["rebase", ["--exec"]],
]);
