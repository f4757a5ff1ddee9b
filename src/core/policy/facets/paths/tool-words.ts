/** What tools do to files; the same words as in the names of actions, but each with one meaning. */
export type FileOperation = "read" | "search" | "list" | "write" | "delete" | "copy" | "move" | "link";

/**
 * Words of action names by what they say is done to files. They count only for actions that have to do with files at all,
 * which is told by capabilities.
 */
export const OPERATION_WORDS: Readonly<Record<FileOperation, readonly string[]>> = {
  read: [
    "read",
    "readfile",
    "cat",
    "view",
    "viewfile",
    "head",
    "tail",
    "load",
    "open",
    "openfile",
    "upload",
    "attach",
  ].concat(["parse", "import", "get", "show", "fetch", "print", "display"]),
  search: ["grep", "ripgrep", "rg", "search"],
  list: ["list", "ls", "glob", "find", "stat", "tree", "exists", "info", "metadata"],
  write: ["write", "writefile", "create", "createfile", "edit", "editfile", "multiedit", "notebookedit", "save"]
    .concat([
      "savefile",
      "overwrite",
      "append",
      "insert",
      "update",
      "modify",
      "replace",
      "patch",
      "applypatch",
      "apply",
    ])
    .concat(["put", "set", "touch", "truncate", "mkdir", "make", "add", "export", "chmod", "chown", "tee"])
    .concat(["download", "extract"]),
  delete: ["delete", "deletefile", "remove", "rm", "rmdir", "unlink", "trash", "erase", "purge", "destroy", "wipe"],
  copy: ["copy", "cp", "duplicate"],
  move: ["move", "mv", "rename"],
  link: ["link", "symlink", "symlinks"],
};

/** Words that may mean the file's particulars when a word of listing stands beside them: `get_file_info` reads no content. */
export const WEAK_READ_WORDS: ReadonlySet<string> = new Set(["get", "show", "fetch", "print", "display", "open"]);

/** Words of names whose tools take whole directories. */
export const TREE_WORDS: readonly string[] = [
  "directory",
  "directories",
  "dir",
  "folder",
  "folders",
  "tree",
  "recursive",
];

/** Keys under which one tool for many operations is told which one. */
export const OPERATION_KEYS: ReadonlySet<string> = new Set(["command", "operation", "action", "op", "method", "mode"]);
