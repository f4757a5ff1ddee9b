import type { ProgramPaths } from "./program-paths.ts";

/** Programs that change, copy, move or delete the files they are given. */
export const WRITING_PROGRAMS: readonly ProgramPaths[] = [
  { programs: "touch", operands: ["write"], values: { list: "-r --reference" } },
  { programs: "truncate", operands: ["overwrite"], values: { list: "-r --reference" } },
  { programs: "mkdir mkfifo mknod md", operands: ["write"], values: { none: "-m --mode" } },
  {
    programs: "new-item ni",
    operands: ["write"],
    isWordy: true,
    values: { none: "-itemtype -type -value", write: "-path" },
  },
  { programs: "fallocate", operands: ["write"], values: { none: "-l -o --length --offset" } },
  { programs: "tee sponge", operands: ["overwrite"], modes: [{ options: "-a --append", operands: ["write"] }] },
  {
    programs: "tee-object out-file set-content add-content clear-content export-csv",
    operands: ["overwrite"],
    isWordy: true,
    values: { none: "-value -encoding -inputobject", overwrite: "-filepath -path -literalpath" },
  },
  {
    programs: "chmod",
    operands: ["write"],
    skip: 1,
    // A mode may begin with a dash: `chmod -x file`.
    skipUnless: "--reference -r -w -x -X -s -t -u -g -o",
    tree: "-R --recursive",
    values: { list: "--reference" },
  },
  {
    programs: "chown chgrp",
    operands: ["write"],
    skip: 1,
    skipUnless: "--reference",
    tree: "-R --recursive",
    values: { list: "--reference" },
  },
  { programs: "chattr icacls cacls takeown attrib", operands: ["write"], tree: "-R" },
  {
    programs: "setfacl",
    operands: ["write"],
    tree: "-R --recursive",
    values: { none: "-m -x --modify --remove", read: "-M -X --modify-file --remove-file --restore" },
  },
  {
    programs: "setfattr setcap xattr chcon restorecon",
    operands: ["write"],
    tree: "-R --recursive",
    values: { list: "--reference" },
  },
  {
    programs: "mount umount losetup",
    operands: ["read"],
    last: ["read", "write"],
    modes: [{ options: "--bind -B --rbind", operands: ["read", "write"] }],
    values: { none: "-t -o -O --types --options" },
  },
  {
    programs: "cp pcp",
    operands: ["read"],
    last: ["write"],
    tree: "-r -R -a --recursive --archive",
    values: { write: "-t --target-directory" },
  },
  {
    programs: "copy copy-item xcopy robocopy",
    operands: ["read"],
    last: ["write"],
    tree: "-recurse /s /e",
    isWordy: true,
    values: { write: "-destination", read: "-path -literalpath" },
  },
  { programs: "mv", operands: ["read", "delete"], last: ["write"], values: { write: "-t --target-directory" } },
  {
    programs: "move move-item ren rename-item",
    operands: ["read", "delete"],
    last: ["write"],
    isWordy: true,
    values: { write: "-destination", read: "-path -literalpath" },
  },
  // Through a link its target can be read and changed.
  {
    programs: "ln link mklink",
    operands: ["read", "write"],
    last: ["write"],
    values: { write: "-t --target-directory" },
  },
  {
    programs: "install ginstall",
    operands: ["read"],
    last: ["write"],
    modes: [{ options: "-d --directory", operands: ["write"] }],
    values: { none: "-m -o -g", write: "-t --target-directory" },
  },
  { programs: "rm rmdir unlink trash trash-put trash-rm rimraf del-cli srm del erase rd", operands: ["delete"] },
  { programs: "remove-item ri", operands: ["delete"], isWordy: true, values: { delete: "-path -literalpath" } },
  {
    programs: "shred wipe scrub bleachbit nwipe",
    operands: ["overwrite"],
    modes: [{ options: "-u --remove", operands: ["overwrite", "delete"] }],
    values: { list: "--random-source" },
  },
  {
    programs: "gzip bzip2 xz zstd lzma lz4 compress brotli pigz pbzip2 gunzip bunzip2 unxz unzstd unlzma uncompress",
    operands: ["read", "write"],
    modes: [{ options: "-c --stdout --to-stdout -l --list -t --test", operands: ["read"] }],
    values: { overwrite: "-o --output" },
  },
  {
    programs: "split csplit",
    operands: ["read"],
    last: ["write"],
    values: { none: "-b -l -n -a --bytes --lines --number" },
  },
  {
    programs: "zip",
    operands: ["read"],
    first: ["write"],
    tree: "-r -R --recurse-paths",
    values: { write: "-O --out" },
  },
  { programs: "unzip", operands: [], first: ["read"], values: { write: "-d" } },
  { programs: "7z 7za 7zr 7zz rar unrar ar", operands: ["read"], skip: 1, tree: true, values: { write: "-o" } },
  { programs: "cpio pax", operands: ["read", "write"], values: { overwrite: "-O", read: "-I -F", write: "-D" } },
  {
    programs: "patch",
    operands: ["read", "write"],
    values: { read: "-i --input", overwrite: "-o --output -r", write: "-d --directory" },
  },
  { programs: "vi vim nvim ex", operands: ["read", "write"], values: { none: "-c --cmd", read: "-S -u" } },
  {
    programs: "vim.tiny nano pico emacs emacsclient micro helix hx kak joe jed mg ed red mcedit notepad",
    operands: ["read", "write"],
  },
  {
    programs:
      "wipefs blkdiscard fdisk sfdisk cfdisk gdisk sgdisk parted partprobe mkswap swapon swapoff tune2fs resize2fs e2fsck fsck debugfs" +
      " badblocks hdparm sdparm cryptsetup pvcreate",
    operands: ["write"],
    isGuess: true,
  },
  {
    programs:
      "mkfs mke2fs mkfs.ext2 mkfs.ext3 mkfs.ext4 mkfs.xfs mkfs.btrfs mkfs.vfat mkfs.fat mkfs.ntfs mkfs.exfat mkfs.f2fs newfs",
    operands: ["overwrite"],
    isGuess: true,
  },
];
