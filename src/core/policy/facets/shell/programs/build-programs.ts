import type { ProgramData } from "./program-data.ts";

const NODE_PACKAGES: ProgramData = {
  options: `--prefix= --registry= --userconfig= -w|--workspace= --loglevel= --tag= --otp= --cwd= -C|--dir= -F|--filter= -g|--global -f|--force
    -D|--save-dev -y|--yes ...`,
  subcommands: {},
};
const COMPOSE =
  "-f|--file= -p|--project-name= --profile= --env-file= --project-directory= --parallel= --ansi= --progress= ...";
const RUN = `-a|--attach= -c= -e|--env= -h|--hostname= -l|--label= -m|--memory= -p|--publish= -u|--user= -v|--volume= -w|--workdir= -d|--detach
  -i|--interactive -t|--tty -P|--publish-all -q|--quiet --rm --privileged --name= --entrypoint= --network|--net= --env-file= --mount= --cpus=
  --device= --cap-add= --cap-drop= --add-host= --dns= --gpus= --platform= --pull= --restart= --runtime= --security-opt= --shm-size=
  --stop-signal= --tmpfs= --ulimit= --userns= --volumes-from= --pid= --ipc= --ip= --link= --log-driver= --log-opt= --health-cmd= ...`;
const EXEC =
  "-e|--env= -u|--user= -w|--workdir= --env-file= --detach-keys= -d|--detach -i|--interactive -t|--tty --privileged";

/** Terraform takes one dash or two. */
const TERRAFORM = `-var|--var= -var-file|--var-file= -target|--target= -state|--state= -backup|--backup= -lock|--lock=
  -lock-timeout|--lock-timeout= -parallelism|--parallelism= -replace|--replace= -out|--out= -auto-approve|--auto-approve -destroy|--destroy ...`;

/** Programs that build, install, deploy and run other things. */
export const BUILD_PROGRAMS: Readonly<Record<string, ProgramData>> = {
  "apt-get": {
    options:
      "-o|--option= -c|--config-file= -t|--target-release= -a= -y|--yes|--assume-yes -q|--quiet -f|--fix-broken ...",
    subcommands: {},
  },
  bun: NODE_PACKAGES,
  cargo: {
    options:
      "--color= --config= -C= -Z= -p|--package= --manifest-path= --target= --target-dir= --features= -F= --profile= -j|--jobs= ...",
    subcommands: {},
  },
  docker: {
    globalsApart: true,
    endsAtOperand: ["run", "exec", "container run", "container exec", "compose run", "compose exec"],
    options:
      "--config= -c|--context= -D|--debug -H|--host= -l|--log-level= --tls --tlscacert= --tlscert= --tlskey= --tlsverify -v|--version",
    subcommands: {
      build:
        "-f|--file= -t|--tag= --build-arg= --target= --platform= -o|--output= --secret= --ssh= --progress= --cache-from= --cache-to= ...",
      compose: COMPOSE,
      "compose down": "-v|--volumes --rmi= -t|--timeout= --remove-orphans --dry-run",
      "compose exec": EXEC,
      "compose run": RUN,
      container: "",
      "container exec": EXEC,
      "container run": RUN,
      exec: EXEC,
      run: RUN,
    },
  },
  go: { dash: "word", options: "-C= ...", subcommands: {} },
  helm: {
    options:
      "-n|--namespace= --kube-context= --kubeconfig= -f|--values= --set= --set-string= --version= --timeout= --repo= ...",
    subcommands: {},
  },
  kubectl: {
    options: `-n|--namespace= --context= --cluster= --user= --kubeconfig= -s|--server= --token= --as= --as-group= -v|--v= --request-timeout=
      --cache-dir= -f|--filename= -l|--selector= --field-selector= -o|--output= -c|--container= -k|--kustomize= -p|--patch= --type=
      -A|--all-namespaces -R|--recursive --dry-run[=] --cascade[=] --grace-period= --timeout= --force --all --now --wait[=] ...`,
    subcommands: {},
  },
  make: {
    options:
      "-C|--directory= -f|--file|--makefile= -I|--include-dir= -o|--old-file= -W|--what-if= --eval= -j|--jobs[=] -n|--just-print|--dry-run ...",
  },
  npm: NODE_PACKAGES,
  pip: {
    options: `-r|--requirement= -c|--constraint= -e|--editable= -t|--target= -i|--index-url= --extra-index-url= -f|--find-links= --prefix= --root=
      --proxy= --trusted-host= --python= --log= -y|--yes -U|--upgrade ...`,
    subcommands: {},
  },
  pnpm: NODE_PACKAGES,
  "pre-commit": { options: "-c|--config= -t|--hook-type= -f|--overwrite --color= ...", subcommands: {} },
  systemctl: {
    options: "-H|--host= -M|--machine= -t|--type= -p|--property= -n|--lines= -o|--output= -s|--signal= --job-mode= ...",
    subcommands: {},
  },
  terraform: {
    dash: "word",
    globalsApart: true,
    options: "-chdir|--chdir= -help|--help -version|--version",
    subcommands: { apply: TERRAFORM, destroy: TERRAFORM, plan: TERRAFORM },
  },
  yarn: NODE_PACKAGES,
};
