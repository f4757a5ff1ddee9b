import type { WrapperData } from "./wrapper-data.ts";

const CONTAINER_EXEC: WrapperData = {
  options: `-d|--detach --detach-keys= -e|--env= --env-file= -i|--interactive --privileged -t|--tty -u|--user= -w|--workdir= -l|--latest --preserve-fds=
    --cidfile= -T|--no-TTY|--no-tty --index= --dry-run`,
  operands: 1,
  directory: "-w",
  isElsewhere: true,
};
const CONTAINER_RUN: WrapperData = {
  options: `-a|--attach= --add-host= --annotation= --blkio-weight= --blkio-weight-device= --cap-add= --cap-drop= --cgroup-parent= --cgroupns=
    --cidfile= -c|--cpu-shares= --cpu-count= --cpu-percent= --cpu-period= --cpu-quota= --cpu-rt-period= --cpu-rt-runtime= --cpus= --cpuset-cpus=
    --cpuset-mems= -d|--detach --detach-keys= --device= --device-cgroup-rule= --device-read-bps= --device-read-iops= --device-write-bps=
    --device-write-iops= --disable-content-trust[=] --dns= --dns-option= --dns-search= --domainname= --entrypoint= -e|--env= --env-file= --expose=
    --gpus= --group-add= --health-cmd= --health-interval= --health-retries= --health-start-interval= --health-start-period= --health-timeout=
    -h|--hostname= --init -i|--interactive --io-maxbandwidth= --io-maxiops= --ip= --ip6= --ipc= --isolation= --kernel-memory= -l|--label=
    --label-file= --link= --link-local-ip= --log-driver= --log-opt= --mac-address= -m|--memory= --memory-reservation= --memory-swap=
    --memory-swappiness= --mount= --name= --network|--net= --network-alias|--net-alias= --no-healthcheck --oom-kill-disable --oom-score-adj= --pid=
    --pids-limit= --platform= --privileged -p|--publish= -P|--publish-all --pull= -q|--quiet --read-only --restart= --rm --runtime= --security-opt=
    --shm-size= --sig-proxy[=] --stop-signal= --stop-timeout= --storage-opt= --sysctl= --tmpfs= -t|--tty --ulimit= --use-api-socket -u|--user=
    --userns= --uts= -v|--volume= --volume-driver= --volumes-from= -w|--workdir= --rmi --replace --systemd= --pod= --secret= --arch= --os= --tz=
    --timeout= --umask= --rootfs --no-hosts --passwd --http-proxy[=] --env-host --hooks-dir= --gidmap= --uidmap= --subuidname= --subgidname=`,
  operands: 1,
  directory: "-w",
  isElsewhere: true,
};
/** Compose, by itself or under Docker. */
export const COMPOSE: WrapperData = {
  options: `--all-resources --ansi= --compatibility --dry-run --env-file= -f|--file= --parallel= --profile= --progress= --project-directory=
    -p|--project-name= --verbose -v|--version`,
  subcommands: {
    exec: CONTAINER_EXEC,
    run: {
      options: `--build --cap-add= --cap-drop= -d|--detach --entrypoint= -e|--env= --env-from-file= -i|--interactive[=] -l|--label= --name=
        -T|--no-TTY|--no-tty --no-deps -p|--publish= --pull= -q|--quiet --quiet-build --quiet-pull --remove-orphans --rm -P|--service-ports
        --use-aliases -u|--user= -v|--volume= -w|--workdir= --dry-run`,
      operands: 1,
      directory: "-w",
      isElsewhere: true,
    },
  },
};
/** Docker and its like. */
export const CONTAINERS: WrapperData = {
  options: `--config= -c|--context= -D|--debug -H|--host= -l|--log-level= --tls --tlscacert= --tlscert= --tlskey= --tlsverify -v|--version
    -n|--namespace= -a|--address= --root= --runroot= --connection= --url= --identity= --cgroup-manager= --storage-driver= --storage-opt= -r|--remote`,
  subcommands: {
    exec: CONTAINER_EXEC,
    run: CONTAINER_RUN,
    create: CONTAINER_RUN,
    container: { subcommands: { exec: CONTAINER_EXEC, run: CONTAINER_RUN, create: CONTAINER_RUN } },
    compose: COMPOSE,
  },
};

/** Kubernetes' command line. */
export const CLUSTER: WrapperData = {
  options: `-n|--namespace= --context= --cluster= --user= --kubeconfig= -s|--server= --token= --as= --as-group= --as-uid= -v|--v= --request-timeout=
    --certificate-authority= --client-certificate= --client-key= --insecure-skip-tls-verify --tls-server-name= --cache-dir= --profile= --username=
    --password= --match-server-version --warnings-as-errors`,
  subcommands: {
    exec: {
      options: `-c|--container= -f|--filename= -i|--stdin[=] -t|--tty[=] -q|--quiet --pod-running-timeout= -n|--namespace= --context= --cluster=
        --kubeconfig= --user= -s|--server= --token=`,
      operands: 1,
      hasLateOptions: true,
      isElsewhere: true,
    },
  },
};
