/** Directories whose files nobody expects to last. */
export const TEMPORARY_DIRECTORIES: readonly string[] = [
  "/tmp",
  "/var/tmp",
  "/var/folders",
  "/dev/shm",
  "~/AppData/Local/Temp",
  "C:/Windows/Temp",
  "C:/Temp",
];

/** Devices that keep nothing: writing to them loses no file. */
export const STREAM_DEVICES: ReadonlySet<string> = new Set([
  "/dev/null",
  "/dev/zero",
  "/dev/full",
  "/dev/tty",
  "/dev/stdin",
  "/dev/stdout",
  "/dev/stderr",
]);

/** Open files of the process itself. */
export const STREAM_DIRECTORY = "/dev/fd";

/** What home directories look like when they are spelled out, on Linux, macOS, and Windows with its shells. */
export const SPELLED_HOME =
  /^(?:\/(?:home|Users|export\/home)\/[^/]+|\/(?:var\/)?root|(?:[A-Z]:|\/mnt\/[a-z]|\/[a-z])\/Users\/[^/]+)(?=\/|$)/i;

/** How a home is written where no shell has replaced the variable, in an action's input. */
export const HOME_VARIABLE =
  /^(?:\$HOME|\$\{HOME\}|\$USERPROFILE|%USERPROFILE%|%HOMEPATH%|%HOME%|\$env:(?:USERPROFILE|HOME))(?=\/|$)/i;
