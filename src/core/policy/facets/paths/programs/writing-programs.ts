import type { ProgramPaths } from "./program-paths.ts";

/** Programs that change, copy, move or delete the files they are given. */
export const WRITING_PROGRAMS: readonly ProgramPaths[] = [
  { programs: "touch", operands: ["write"], values: { none: "-d -t --date --time", list: "-r --reference" } },
  {
    programs: "mkdir mkfifo mknod md new-item ni",
    operands: ["write"],
    values: { none: "-m --mode -Z --context -itemtype -type -value", write: "-path" },
  },
  { programs: "truncate", operands: ["overwrite"], values: { none: "-s --size", list: "-r --reference" } },
  { programs: "fallocate", operands: ["write"], values: { none: "-l -o --length --offset" } },
  { programs: "tee sponge", operands: ["overwrite"], modes: [{ options: "-a --append", operands: ["write"] }] },
  {
    programs: "tee-object out-file set-content add-content clear-content",
    operands: ["overwrite"],
    values: { none: "-value -encoding -inputobject", overwrite: "-filepath -path -literalpath" },
  },
  {
    programs: "chmod chown chgrp icacls cacls takeown",
    operands: ["write"],
    skip: 1,
    skipUnless: "--reference",
    tree: "-R --recursive",
    values: { list: "--reference", none: "--from" },
  },
  { programs: "chattr", operands: ["write"], skip: 1, tree: "-R", values: { none: "-v -p" } },
  {
    programs: "setfacl setfattr xattr chcon restorecon setcap",
    operands: ["write"],
    tree: "-R --recursive",
    values: { none: "-m -x -n -v -t -u -r --modify --remove", read: "-M -X --restore --set-file" },
  },
  {
    programs: "mount umount losetup",
    operands: ["read"],
    last: ["read", "write"],
    modes: [{ options: "--bind -B --rbind", operands: ["read", "write"] }],
    values: { none: "-t -o -O --types --options", write: "--target" },
  },
  {
    programs: "cp copy copy-item xcopy pcp",
    operands: ["read"],
    last: ["write"],
    tree: "-r -R -a --recursive --archive -recurse",
    values: {
      write: "-t --target-directory -destination",
      none: "-S --suffix --sparse --reflink",
      read: "-path -literalpath",
    },
  },
  {
    programs: "mv move move-item ren rename-item",
    operands: ["read", "delete"],
    last: ["write"],
    values: { write: "-t --target-directory -destination", none: "-S --suffix" },
  },
  // Through a link its target can be read and changed.
  {
    programs: "ln link mklink",
    operands: ["read", "write"],
    last: ["write"],
    values: { write: "-t --target-directory", none: "-S --suffix" },
  },
  {
    programs: "install ginstall",
    operands: ["read"],
    last: ["write"],
    modes: [{ options: "-d --directory", operands: ["write"] }],
    values: { none: "-m -o -g -S --mode --owner --group --suffix", write: "-t --target-directory" },
  },
  {
    programs: "rm rmdir unlink del erase rd remove-item ri trash trash-put trash-rm rimraf del-cli srm",
    operands: ["delete"],
    values: { delete: "-path -literalpath" },
  },
  {
    programs: "shred wipe scrub bleachbit nwipe",
    operands: ["overwrite"],
    modes: [{ options: "-u --remove", operands: ["overwrite", "delete"] }],
    values: { none: "-n -s -p --iterations --size --random-source" },
  },
  {
    programs: "gzip bzip2 xz zstd lzma lz4 compress brotli pigz pbzip2 gunzip bunzip2 unxz unzstd unlzma uncompress",
    operands: ["read", "write"],
    modes: [{ options: "-c --stdout --to-stdout -l --list -t --test", operands: ["read"] }],
    tree: "-r --recursive",
    values: { none: "-S --suffix -T --threads", overwrite: "-o" },
  },
  {
    programs: "split csplit",
    operands: ["read"],
    last: ["write"],
    values: { none: "-b -l -n -C -a -t -f --bytes --lines --number" },
  },
  {
    programs: "zip",
    operands: ["read"],
    first: ["write"],
    tree: "-r -R --recurse-paths",
    values: { none: "-P -x -i -s -b -n --password", write: "-O --out" },
  },
  { programs: "unzip", operands: [], first: ["read"], values: { none: "-P -x", write: "-d" } },
  {
    programs: "7z 7za 7zr 7zz rar unrar ar",
    operands: ["read"],
    skip: 1,
    tree: true,
    values: { none: "-p -m -t -x", write: "-o" },
  },
  { programs: "cpio pax", operands: ["read", "write"], values: { overwrite: "-O", read: "-I -F", write: "-D" } },
  {
    programs:
      "wipefs blkdiscard fdisk sfdisk cfdisk gdisk sgdisk parted partprobe mkswap swapon swapoff tune2fs resize2fs e2fsck fsck debugfs badblocks hdparm sdparm cryptsetup pvcreate",
    operands: ["write"],
    isGuess: true,
  },
  {
    programs:
      "mkfs mke2fs mkfs.ext2 mkfs.ext3 mkfs.ext4 mkfs.xfs mkfs.btrfs mkfs.vfat mkfs.fat mkfs.ntfs mkfs.exfat mkfs.f2fs newfs",
    operands: ["overwrite"],
    isGuess: true,
    values: { none: "-t -L -U -b -m" },
  },
];
