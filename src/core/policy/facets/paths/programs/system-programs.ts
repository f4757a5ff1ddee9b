/** A program that changes a file of the system without naming it. */
export interface SystemProgram {
  /** Programs that this is true of, separated by spaces. */
  readonly programs: string;
  /** The file, or the directory that it is in. */
  readonly file: string;
  /** First operands with which it changes the file; with any when absent. */
  readonly subcommands?: string;
  /** Options without which it changes nothing; none are needed when absent. */
  readonly needs?: string;
  /** Options with which it only shows something. */
  readonly unless?: string;
}

/** Programs whose only purpose is to change files of the system. */
export const SYSTEM_PROGRAMS: readonly SystemProgram[] = [
  { programs: "crontab", file: "/var/spool/cron/crontab", unless: "-l" },
  { programs: "at batch", file: "/var/spool/at/job", unless: "-l -c" },
  { programs: "visudo", file: "/etc/sudoers", unless: "-c --check" },
  {
    programs: "useradd usermod userdel adduser deluser chsh chfn vipw",
    file: "/etc/passwd",
    unless: "-D -l --list-shells",
  },
  { programs: "passwd chpasswd", file: "/etc/shadow", unless: "-S --status" },
  { programs: "groupadd groupmod groupdel addgroup delgroup gpasswd vigr", file: "/etc/group" },
  { programs: "sysctl", file: "/proc/sys/kernel", needs: "-w --write -p --load --system" },
  {
    programs: "systemctl",
    file: "/etc/systemd/system/unit",
    subcommands: "enable disable mask unmask link edit set-property set-default preset reenable revert",
    unless: "--user",
  },
  { programs: "hostnamectl", file: "/etc/hostname", subcommands: "set-hostname hostname" },
  { programs: "timedatectl", file: "/etc/localtime", subcommands: "set-timezone set-local-rtc" },
  { programs: "update-rc.d chkconfig", file: "/etc/init.d/service" },
  { programs: "update-alternatives", file: "/etc/alternatives/name", needs: "--install --set --remove --config" },
  { programs: "update-grub grub-install grub-mkconfig grub2-mkconfig efibootmgr bootctl", file: "/boot/loader" },
];
