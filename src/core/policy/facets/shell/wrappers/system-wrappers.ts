import type { WrapperData } from "./wrapper-data.ts";

const SUDO = `-A|--askpass -b|--background -B|--bell -C|--close-from= -D|--chdir= -E|--preserve-env[=] -e|--edit -g|--group= -H|--set-home
  -h|--host= -i|--login -K|--remove-timestamp -k|--reset-timestamp -l|--list -n|--non-interactive -N|--no-update -P|--preserve-groups
  -p|--prompt= -R|--chroot= -r|--role= -S|--stdin -s|--shell -T|--command-timeout= -t|--type= -U|--other-user= -u|--user= -V|--version
  -v|--validate --help`;

const UNSHARE = `-i|--ipc[=] -m|--mount[=] -n|--net[=] -p|--pid[=] -u|--uts[=] -U|--user[=] -C|--cgroup[=] -T|--time[=] -f|--fork
  -r|--map-root-user -c|--map-current-user --map-auto --map-user= --map-users= --map-group= --map-groups= --kill-child[=] --mount-proc[=]
  --mount-binfmt[=] --propagation= --setgroups= -R|--root= -w|--wd= -S|--setuid= -G|--setgid= -l|--load-interp= --monotonic= --boottime=
  --keep-caps -h|--help -V|--version`;

const NSENTER = `-a|--all -t|--target= -m|--mount[=] -u|--uts[=] -i|--ipc[=] -n|--net[=] -p|--pid[=] -C|--cgroup[=] -U|--user[=] -T|--time[=]
  -S|--setuid= -G|--setgid= -r|--root[=] -w|--wd[=] -W|--wdns[=] -e|--env -F|--no-fork -Z|--follow-context -c|--join-cgroup
  --preserve-credentials --keep-caps --user-parent -h|--help -V|--version`;

const STRACE = `-a|--columns= -b|--detach-on= -e|--trace|--signal|--abbrev|--verbose|--raw|--read|--write|--fault|--inject|--status|--kvm|--decode-fds=
  -E|--env= -I|--interruptible= -o|--output= -O|--summary-syscall-overhead= -p|--attach= -P|--trace-path= -s|--string-limit= -S|--summary-sort-by=
  -u|--user= -U|--summary-columns= -X|--const-print-style= --argv0= --stack-trace-frame-limit= --secontext= -A|--output-append-mode
  -c|--summary-only -C|--summary -d|--debug -D|--daemonize[=] -f|--follow-forks -F -h|--help -i|--instruction-pointer -k|--stack-trace[=]
  -n|--syscall-number -N|--arg-names -q|--quiet[=] --seccomp-bpf -r|--relative-timestamps[=] -t|--absolute-timestamps[=] -T|--syscall-times[=]
  --output-separately --tips[=] -v|--no-abbrev -V|--version -w|--summary-wall-clock -x|--strings-in-hex[=] -y -Y|--decode-pids[=]
  -z|--successful-only -Z|--failed-only`;

const SSH = `-4 -6 -A -a -C -f -G -g -K -k -M -N -n -q -s -T -t -V -v -X -x -Y -y -B= -b= -c= -D= -E= -e= -F= -I= -i= -J= -L= -l= -m= -O= -o= -p=
  -P= -Q= -R= -S= -W= -w=`;

const SYSTEMD_RUN = `--user --system --scope -u|--unit= -p|--property= --description= --slice= --slice-inherit --expand-environment= -r|--remain-after-exit
  --send-sighup --service-type= --uid= --gid= --nice= --working-directory= -d|--same-dir -E|--setenv= -t|--pty -P|--pipe -q|--quiet -G|--collect
  --wait -S|--shell --on-active= --on-boot= --on-startup= --on-calendar= --timer-property= --path-property= --socket-property= --no-block
  --no-ask-password -H|--host= -M|--machine= -v|--verbose --background= --ignore-failure --job-mode= --help --version`;

const PERF: WrapperData = {
  options:
    "-e|--event= -o|--output= -p|--pid= -a|--all-cpus -g -F|--freq= -c|--count= -r|--repeat= -d|--detailed -v|--verbose -x= -C|--cpu= --call-graph=",
};
const TERMINAL: WrapperData = { options: "...", behind: ["-e", "-x", "--"], subcommands: {} };
const NOTHING: WrapperData = { options: "--help --version" };
const BEHIND_USER: WrapperData = { operands: 1 };

/** Programs of a system that run another one: as another user, with other limits, later, watched, or elsewhere. */
export const SYSTEM_WRAPPERS: Readonly<Record<string, WrapperData>> = {
  sudo: {
    options: SUDO,
    assigns: true,
    directory: "-D",
    idle: ["-e", "-l", "-K", "-v", "-V", "--help"],
    startsShell: true,
  },
  doas: { options: "-a= -C= -L -n -s -u=", assigns: true, idle: ["-L", "-C"], startsShell: true },
  pkexec: { options: "--user= --disable-internal-agent --keep-cwd --version --help" },
  gosu: BEHIND_USER,
  "su-exec": BEHIND_USER,
  setuidgid: BEHIND_USER,
  envuidgid: BEHIND_USER,
  nohup: NOTHING,
  timeout: {
    options: "-f|--foreground -k|--kill-after= -p|--preserve-status -s|--signal= -v|--verbose --help --version",
    operands: 1,
  },
  gtimeout: { options: "--foreground -k|--kill-after= --preserve-status -s|--signal= -v|--verbose", operands: 1 },
  nice: { options: "-n|--adjustment= -# --help --version" },
  ionice: {
    options: "-c|--class= -n|--classdata= -p|--pid= -P|--pgid= -t|--ignore -u|--uid= -h|--help -V|--version",
    idle: ["-p", "-P", "-u"],
  },
  chrt: {
    options: `-a|--all-tasks -b|--batch -d|--deadline -e|--ext -f|--fifo -i|--idle -m|--max -o|--other -p|--pid -R|--reset-on-fork -r|--rr
      -T|--sched-runtime= -P|--sched-period= -D|--sched-deadline= -v|--verbose -h|--help -V|--version`,
    operands: 1,
    idle: ["-p", "-m"],
  },
  taskset: { options: "-a|--all-tasks -c|--cpu-list -p|--pid -h|--help -V|--version", operands: 1, idle: ["-p"] },
  numactl: {
    options: `-a|--all -b|--balancing -i|--interleave= -p|--preferred= -N|--cpunodebind= -C|--physcpubind= -l|--localalloc -m|--membind=
      -w|--weighted-interleave= -P|--preferred-many= -H|--hardware -s|--show`,
    idle: ["-H", "-s"],
  },
  stdbuf: { options: "-i|--input= -o|--output= -e|--error= --help --version" },
  gstdbuf: { options: "-i|--input= -o|--output= -e|--error=" },
  unbuffer: { options: "-p" },
  setsid: { options: "-c|--ctty -f|--fork -w|--wait -h|--help -V|--version" },
  setarch: {
    options:
      "-B|--32bit -F|--fdpic-funcptrs -I|--short-inode -L|--addr-compat-layout -R|--addr-no-randomize -S|--whole-seconds -T|--sticky-timeouts -X|--read-implies-exec -Z|--mmap-page-zero -3|--3gb --4gb --uname-2.6 -v|--verbose",
    operands: 1,
    hasLateOptions: true,
  },
  setpriv: {
    options: `--clear-groups --keep-groups --init-groups --groups= --inh-caps= --ambient-caps= --bounding-set= --nnp --no-new-privs --rgid= --ruid=
      --egid= --euid= --regid= --reuid= --securebits= --pdeathsig= --ptracer= --selinux-label= --apparmor-profile= --landlock-access=
      --landlock-rule= --seccomp-filter= --reset-env -d|--dump`,
    idle: ["-d"],
  },
  runcon: { options: "-c|--compute -t|--type= -u|--user= -r|--role= -l|--range=" },
  prlimit: {
    options:
      "-p|--pid= -o|--output= --noheadings --raw --verbose -c|--core[=] -d|--data[=] -e|--nice[=] -f|--fsize[=] -i|--sigpending[=] -l|--memlock[=] -m|--rss[=] -n|--nofile[=] -q|--msgqueue[=] -r|--rtprio[=] -s|--stack[=] -t|--cpu[=] -u|--nproc[=] -v|--as[=] -x|--locks[=] -y|--rttime[=]",
  },
  unshare: { options: UNSHARE, directory: "-w", startsShell: true },
  nsenter: { options: NSENTER, isElsewhere: true, startsShell: true },
  chroot: { options: "--userspec= --groups= --skip-chdir", operands: 1, isElsewhere: true, startsShell: true },
  proot: {
    options:
      "-r|--rootfs= -b|--bind= -m= -w|--pwd|--cwd= -v|--verbose= -q|--qemu= -k|--kernel-release= -0|--root-id -i|--change-id= -R= -S= -p -l",
    isElsewhere: true,
    startsShell: true,
  },
  fakeroot: {
    options: "-l|--lib= -f|--faked= -s= -i= -b= -u|--unknown-is-real -h|--help -v|--version",
    startsShell: true,
  },
  fakechroot: {
    options: "-s|--use-system-libs -e|--environment= -c|--config-dir= -b|--bindir= -l|--lib= -d|--elfloader=",
  },
  faketime: { options: "-f -m -p= --exclude-monotonic --date-prog=", operands: 1 },
  time: {
    options: "-a|--append -f|--format= -l -o|--output= -p|--portability -q|--quiet -v|--verbose -h|--help -V|--version",
  },
  gtime: { options: "-a|--append -f|--format= -o|--output= -p|--portability -q|--quiet -v|--verbose" },
  command: { options: "-p -v -V", idle: ["-v", "-V"], isInShell: true },
  builtin: { isInShell: true },
  noglob: { isInShell: true },
  nocorrect: { isInShell: true },
  repeat: { operands: 1, isInShell: true },
  exec: { options: "-a= -c -l" },
  script: {
    options: `-a|--append -B|--log-io= -c|--command= -d -e|--return -E|--echo= -f|--flush -F --force -I|--log-in= -k -O|--log-out= -p -r
      -T|--log-timing= -m|--logging-format= -o|--output-limit= -q|--quiet -t|--timing[=] -h|--help -V|--version`,
    operands: 1,
    scripts: ["-c"],
    startsShell: true,
  },
  scriptlive: {
    options: "-c|--command= -E|--echo= -I|--log-in= -B|--log-io= -T|--log-timing= -m|--maxdelay= -d|--divisor=",
    scripts: ["-c"],
  },
  strace: { options: STRACE },
  ltrace: {
    options: `-a|--align= -A= -b|--no-signals -c -C|--demangle -D|--debug= -e= -f -F|--config= -h|--help -i -l|--library= -L -n|--indent=
      -o|--output= -p= -r -s= -S -t -T -u= -V|--version -w|--where= -x= -X=`,
  },
  valgrind: { options: "-h|--help -v|--verbose -q|--quiet -d ..." },
  catchsegv: NOTHING,
  chronic: { options: "-v -e" },
  eatmydata: NOTHING,
  nocache: { options: "-n=" },
  torsocks: { options: "-d|--debug -i|--isolate -u|--user= -p|--pass= -a|--address= -P|--port= -q|--quiet --shell" },
  torify: NOTHING,
  proxychains: { options: "-q -f=" },
  proxychains4: { options: "-q -f=" },
  caffeinate: { options: "-d -i -m -s -u -t= -w=" },
  "sandbox-exec": { options: "-f= -n= -p= -D=" },
  "dbus-run-session": { options: "--config-file= --dbus-daemon= --help --version" },
  "xvfb-run": {
    options:
      "-a|--auto-servernum -d|--auto-display -e|--error-file= -f|--auth-file= -h|--help -n|--server-num= -l|--listen-tcp -p|--xauth-protocol= -s|--server-args= -w|--wait=",
  },
  rlwrap: {
    options:
      "-a[=] -A[=] -b= -c -C= -d= -D= -e= -f= -F= -g= -h -H= -i -I -l= -m[=] -M= -n -N -o -O= -p[=] -P= -q= -r -R -s= -S= -t= -T -U -v -w= -W -X -z=",
  },
  cgexec: { options: "-g= --sticky" },
  chpst: { options: "-u= -U= -b= -e= -/= -C= -n= -l= -L= -m= -d= -o= -p= -f= -c= -t= -v -P -0 -1 -2 -V" },
  tini: { options: "-e= -g -l -p= -s -v -w -h --version" },
  "dumb-init": { options: "-c|--single-child -r|--rewrite= -v|--verbose -h|--help -V|--version" },
  "systemd-run": { options: SYSTEMD_RUN, directory: "--working-directory", assigns: true },
  "systemd-inhibit": { options: "--what= --who= --why= --mode= --list --no-pager --no-legend", idle: ["--list"] },
  busybox: { options: "--list --list-full --install --help", idle: ["--list", "--list-full", "--install", "--help"] },
  toybox: { options: "--long --help --version" },
  watch: {
    options: `-b|--beep -c|--color -C|--no-color -d|--differences[=] -e|--errexit -f|--follow -g|--chgexit -n|--interval= -p|--precise
      -q|--equexit= -r|--no-rerun -s|--shotsdir= -t|--no-title -w|--no-wrap -x|--exec -h|--help -v|--version`,
    words: "joined",
    direct: ["-x"],
  },
  entr: { options: "-a -c -d -n -p -r -s -x -z", joined: ["-s"] },
  flock: {
    options: `-s|--shared -x|-e|--exclusive -u|--unlock -n|--nb|--nonblock -w|--wait|--timeout= -o|--close -E|--conflict-exit-code= -F|--no-fork
      --fcntl --start= --length= --verbose -c|--command= -h|--help -V|--version`,
    operands: 1,
    hasLateOptions: true,
    scripts: ["-c"],
  },
  ssh: { options: SSH, operands: 1, hasLateOptions: true, words: "joined", isElsewhere: true, startsShell: true },
  autossh: {
    options: `-M= ${SSH}`,
    operands: 1,
    hasLateOptions: true,
    words: "joined",
    isElsewhere: true,
    startsShell: true,
  },
  slogin: { options: SSH, operands: 1, hasLateOptions: true, words: "joined", isElsewhere: true, startsShell: true },
  sshpass: { options: "-e -f= -d= -p= -P= -v -h -V" },
  mosh: {
    options:
      "--client= --server= --ssh= --predict= -a -n -4 -6 -p|--port= --bind-server= --no-init --local --family= ...",
    operands: 1,
    hasLateOptions: true,
    isElsewhere: true,
  },
  rsh: { options: "-l= -n -d -K -k= -x", operands: 1, words: "joined", isElsewhere: true, startsShell: true },
  adb: {
    options: "-a -d -e -s= -t= -H= -P= -L=",
    subcommands: { shell: { options: "-n -t -T -x -e=", words: "joined", isElsewhere: true } },
  },
  gdb: { options: "...", behind: ["--args", "-args"], subcommands: {} },
  lldb: { options: "...", behind: ["--"], subcommands: {} },
  perf: { options: "...", subcommands: { stat: PERF, record: PERF, trace: PERF } },
  xterm: TERMINAL,
  uxterm: TERMINAL,
  urxvt: TERMINAL,
  rxvt: TERMINAL,
  konsole: TERMINAL,
  alacritty: TERMINAL,
  "x-terminal-emulator": TERMINAL,
  "gnome-terminal": TERMINAL,
  "xfce4-terminal": TERMINAL,
  ip: {
    options: "...",
    subcommands: { netns: { subcommands: { exec: { operands: 1 } } }, vrf: { subcommands: { exec: { operands: 1 } } } },
  },
};
