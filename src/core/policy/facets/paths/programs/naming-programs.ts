import type { ProgramPaths } from "./program-paths.ts";

/** Programs that look at names only, or at no files at all. */
export const NAMING_PROGRAMS: readonly ProgramPaths[] = [
  {
    programs:
      "ls dir vdir exa eza lsd tree stat file du df test [ [[ basename dirname realpath readlink pathchk locate mlocate plocate" +
      " fd fdfind lsof fuser namei getfacl lsattr getcap chdir cd pushd popd z get-childitem gci get-item test-path resolve-path",
    operands: ["list"],
    values: { none: "-I -w -T -L -P -d --ignore --width --format -c --printf --max-depth -t -B -S -D" },
  },
  {
    programs:
      "echo printf true false : export set unset alias unalias pwd read declare local typeset readonly return exit shift let kill" +
      " wait jobs ps top htop which whereis whatis man apropos help info date sleep seq expr bc dc tr yes hostname uname whoami id" +
      " groups env printenv uptime free trap ulimit umask hash command builtin type-of getopts eval break continue history fc-list" +
      " logger wall write-host write-output write-error clear reset tput stty tty nproc arch lscpu lsblk lsusb ping dig host nslookup" +
      " killall pkill pgrep nice sysctl systemctl journalctl service crontab useradd usermod userdel groupadd groupmod groupdel adduser" +
      " deluser addgroup delgroup passwd chpasswd chsh chfn vipw visudo factor numfmt cal say",
    operands: [],
  },
  // What these run stands behind them as a command of its own.
  {
    programs:
      "sudo doas su runuser nohup ionice chrt timeout time watch strace ltrace stdbuf setsid chroot unshare nsenter flock xargs parallel" +
      " exec busybox toybox script expect entr direnv dotenvx sem taskset unbuffer rlwrap fakeroot proot firejail bwrap systemd-run gosu",
    operands: [],
  },
];
