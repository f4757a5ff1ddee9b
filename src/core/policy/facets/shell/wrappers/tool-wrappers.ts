import { CLUSTER, COMPOSE, CONTAINERS } from "./container-wrappers.ts";
import type { WrapperData } from "./wrapper-data.ts";

/** What `npx` and its like take in front of the package whose program they run. */
const PACKAGE_RUN: WrapperData = {
  options: `-y|--yes --no --no-install -p|--package= -c|--call= -q|--quiet -w|--workspace= --workspaces --ignore-existing --shell= -n|--node-arg=
    --userconfig= --registry= --cache= --prefix= --loglevel= -s|--silent --verbose --prefer-offline --prefer-online --offline --bun --include-workspace-root`,
  scripts: ["-c"],
};
const NODE_PACKAGES =
  "--prefix= -C|--dir= -w|--workspace= --workspaces -F|--filter= --cwd= --loglevel= --registry= --userconfig= -s|--silent -r|--recursive -g|--global --yes -y";

const PYTHON_RUN: WrapperData = {
  options: `-m|--module -s|--script --with= --with-editable= --with-requirements= -p|--python= --extra= --all-extras --no-extra= --group= --no-group=
    --all-groups --only-group= --no-dev --dev --only-dev --isolated --active --no-sync --locked --frozen --no-project --no-editable --env-file=
    --no-env-file --package= --all-packages --directory= --project= --from= -q|--quiet -v|--verbose --offline --refresh -n|--no-cache --no-config
    --config-file= --index= --index-url= --extra-index-url= --find-links= -U|--upgrade --default-index= --exact --spec= --pip-args=`,
  directory: "--directory",
};
const BEHIND_DASHES: WrapperData = { options: "...", behind: ["--"] };

const CONDA: WrapperData = {
  options: "-v|--verbose -q|--quiet -y|--yes -n|--name= -p|--prefix= -r|--root-prefix=",
  subcommands: {
    run: {
      options: `-n|--name= -p|--prefix= -v|--verbose --dev --debug-wrapper-scripts --cwd= --no-capture-output --live-stream -a|--attach= -e|--env=
        --clean-env -d|--detach --label= -r|--root-prefix=`,
      directory: "--cwd",
    },
  },
};

const NIX: WrapperData = {
  behind: ["-c", "--command", "--"],
  options: `-i|--ignore-environment -k|--keep= -u|--unset= -f|--file= -I= --impure --expr= --arg --argstr --profile= --refresh --offline
    --extra-experimental-features= --option --override-input --inputs-from= -L|--print-build-logs`,
};

const MISE: WrapperData = { options: "-c|--command= -j|--jobs= --raw", scripts: ["-c"], behind: ["--"] };

/** Tools of developers that run a program: in a container, an environment, or out of a package. */
export const TOOL_WRAPPERS: Readonly<Record<string, WrapperData>> = {
  docker: CONTAINERS,
  podman: CONTAINERS,
  nerdctl: CONTAINERS,
  "docker-compose": COMPOSE,
  "podman-compose": COMPOSE,
  kubectl: CLUSTER,
  oc: CLUSTER,
  k3s: { subcommands: { kubectl: CLUSTER } },
  lxc: {
    options: "--project= -q|--quiet -v|--verbose",
    subcommands: {
      exec: {
        options: "--cwd= --env= --mode= -n -t -T --user= --group=",
        operands: 1,
        hasLateOptions: true,
        isElsewhere: true,
      },
    },
  },
  multipass: {
    subcommands: {
      exec: {
        options: "-d|--working-directory= -n|--no-map-working-directory",
        operands: 1,
        hasLateOptions: true,
        isElsewhere: true,
      },
    },
  },
  vagrant: {
    subcommands: {
      ssh: { options: "-c|--command= -p|--plain -t|--tty --no-tty", scripts: ["-c"], isElsewhere: true, operands: 1 },
    },
  },
  gcloud: {
    options: "...",
    subcommands: {
      compute: {
        subcommands: {
          ssh: {
            options: "--command= --zone= --project= --tunnel-through-iap ...",
            scripts: ["--command"],
            operands: 1,
            hasLateOptions: true,
            isElsewhere: true,
            words: "joined",
          },
        },
      },
    },
  },
  heroku: {
    options: "...",
    subcommands: {
      run: {
        options:
          "-a|--app= -s|--size= -e|--env= -r|--remote= --type= -x|--exit-code --no-tty --no-notify --no-launcher -v|--verbose",
        isElsewhere: true,
        words: "joined",
      },
    },
  },
  fly: {
    options: "...",
    subcommands: {
      ssh: {
        subcommands: {
          console: { options: "-C|--command= -a|--app= -s|--select ...", scripts: ["-C"], isElsewhere: true },
        },
      },
    },
  },
  wsl: {
    options: "-d|--distribution= -u|--user= -e|--exec --cd= --system --shell-type=",
    isElsewhere: true,
    startsShell: true,
  },
  "flatpak-spawn": {
    options: "--host --clear-env --watch-bus --sandbox --env= --directory= --forward-fd= --latest-version --no-network",
    directory: "--directory",
  },

  npx: PACKAGE_RUN,
  bunx: PACKAGE_RUN,
  pnpx: PACKAGE_RUN,
  npm: { options: NODE_PACKAGES, subcommands: { exec: PACKAGE_RUN, x: PACKAGE_RUN } },
  pnpm: {
    options: NODE_PACKAGES,
    subcommands: {
      exec: { options: `-c|--shell-mode ${NODE_PACKAGES} --parallel --no-bail`, joined: ["-c"] },
      dlx: { options: `--package= -c|--shell-mode ${NODE_PACKAGES}`, joined: ["-c"] },
    },
  },
  yarn: {
    options: NODE_PACKAGES,
    subcommands: {
      exec: BEHIND_DASHES,
      dlx: { options: "-p|--package= -q|--quiet" },
      run: { options: "-T|--top-level -B|--binaries-only --inspect[=] -s|--silent" },
    },
  },
  bun: { options: NODE_PACKAGES, subcommands: { x: PACKAGE_RUN, exec: { words: "joined" } } },
  lerna: {
    options: "...",
    subcommands: {
      exec: {
        options: "--scope= --ignore= --concurrency= --stream --parallel --no-bail --since= ...",
        words: "joined",
      },
    },
  },
  "cross-env": { assigns: true },
  "cross-env-shell": { assigns: true, words: "joined" },
  "env-cmd": {
    options:
      "-f|--file= -e|--environments= -r|--rc-file= -x|--expand-envs --no-override --silent --verbose --fallback --use-shell",
  },
  dotenv: { options: "...", behind: ["--"], subcommands: { run: {} } },
  dotenvx: { options: "...", subcommands: { run: BEHIND_DASHES } },
  concurrently: {
    options:
      "-n|--names= -c|--prefix-colors= -p|--prefix= -k|--kill-others --kill-others-on-fail -s|--success= -r|--raw -g|--group -i|--handle-input -m|--max-processes= --restart-tries= --restart-after= --hide= --no-color -P|--passthrough-arguments -t|--timestamp-format= -l|--prefix-length= --name-separator= --default-input-target=",
    words: "scripts",
  },
  hyperfine: {
    options: `-w|--warmup= -m|--min-runs= -M|--max-runs= -r|--runs= -s|--setup= -p|--prepare= -c|--cleanup= --conclude= -P|--parameter-scan=
      -D|--parameter-step-size= -L|--parameter-list= -S|--shell= -N -i|--ignore-failure --style= --sort= -u|--time-unit= --export-asciidoc=
      --export-csv= --export-json= --export-markdown= --export-orgmode= --show-output --output= --input= -n|--command-name= --reference=`,
    words: "scripts",
    scripts: ["-s", "-p", "-c", "--conclude", "--reference"],
  },
  nodemon: {
    options:
      "-x|--exec= -w|--watch= -i|--ignore= -e|--ext= -d|--delay= -L|--legacy-watch -q|--quiet -V|--verbose -I|--no-stdin -C|--on-change-only --signal= --config= --cwd=",
    scripts: ["-x"],
    subcommands: {},
  },
  watchexec: {
    options:
      "-e|--exts= -f|--filter= -i|--ignore= -w|--watch= -W|--watch-non-recursive= -r|--restart -c|--clear[=] -s|--signal= -d|--debounce= -p|--postpone -n --shell= -o|--on-busy-update= --no-vcs-ignore --project-origin= --workdir= -E|--env= -q|--quiet -v|--verbose -N|--notify",
    words: "joined",
  },

  uvx: PYTHON_RUN,
  uv: {
    options: "--directory= --project= -q|--quiet -v|--verbose --offline --no-cache --config-file= --color=",
    directory: "--directory",
    subcommands: { run: PYTHON_RUN, tool: { subcommands: { run: PYTHON_RUN } } },
  },
  poetry: {
    options: "-C|--directory= -P|--project= -q|--quiet -n|--no-interaction --no-plugins --no-cache -v|--verbose",
    subcommands: { run: {} },
  },
  pipenv: { options: "...", subcommands: { run: {} } },
  pipx: { options: "-q|--quiet -v|--verbose", subcommands: { run: PYTHON_RUN } },
  pdm: {
    options: "-p|--project= -v|--verbose -q|--quiet",
    subcommands: { run: { options: "-s|--site-packages --json -p|--project= --recreate" } },
  },
  hatch: { options: "-e|--env= -p|--project= -v|--verbose -q|--quiet", subcommands: { run: {} } },
  rye: { subcommands: { run: {} } },
  tox: { subcommands: { exec: { options: "-e=" } } },
  conda: CONDA,
  mamba: CONDA,
  micromamba: CONDA,
  bundle: {
    options: "--gemfile= ...",
    subcommands: { exec: { options: "--keep-file-descriptors --no-keep-file-descriptors --gemfile=" } },
  },
  rbenv: { subcommands: { exec: {} } },
  pyenv: { subcommands: { exec: {} } },
  nodenv: { subcommands: { exec: {} } },
  asdf: { subcommands: { exec: {} } },
  rustup: { subcommands: { run: { operands: 1, options: "--install" } } },
  mise: { options: "-C|--cd= -E|--env= -q|--quiet -v|--verbose -y|--yes", subcommands: { exec: MISE, x: MISE } },
  direnv: { subcommands: { exec: { operands: 1 } } },
  nix: { options: "...", subcommands: { develop: NIX, shell: NIX, run: NIX } },
  "nix-shell": {
    options: "-p|--packages= --run= --command= --pure -A|--attr= -I= --arg --argstr -i= -E|--expr --keep=",
    scripts: ["--run", "--command"],
    subcommands: {},
  },
  op: { options: "--account= ...", subcommands: { run: BEHIND_DASHES } },
  doppler: {
    options: "...",
    subcommands: {
      run: {
        options: "--command= -c|--config= -p|--project= --mount= --fallback= --preserve-env[=] --no-fallback ...",
        scripts: ["--command"],
        behind: ["--"],
      },
    },
  },
  infisical: {
    options: "...",
    subcommands: {
      run: {
        options: "--command= --env= --path= --projectId= --token= --watch ...",
        scripts: ["--command"],
        behind: ["--"],
      },
    },
  },
  chamber: { options: "...", subcommands: { exec: BEHIND_DASHES } },
  "aws-vault": {
    options: "...",
    subcommands: {
      exec: { operands: 1, behind: ["--"], options: "-d|--duration= -r|--region= -m|--mfa-token= -n|--no-session" },
    },
  },
  envchain: { operands: 1 },
  guix: { options: "...", subcommands: { shell: BEHIND_DASHES } },
  sops: {
    options: "...",
    subcommands: { "exec-env": { operands: 1, words: "scripts" }, "exec-file": { operands: 1, words: "scripts" } },
  },
  teller: { options: "...", subcommands: { run: { options: "-c|--config= -r|--reset -s|--shell" } } },
};
