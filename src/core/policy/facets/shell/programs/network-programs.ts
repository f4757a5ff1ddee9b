import type { ProgramData } from "./program-data.ts";

/** Programs that speak with other machines. */
export const NETWORK_PROGRAMS: Readonly<Record<string, ProgramData>> = {
  aws: {
    options: "--profile= --region= --output= --endpoint-url= --query= --cli-input-json= --ca-bundle= --color= ...",
    subcommands: {},
  },
  az: { options: "-o|--output= --query= --subscription= -g|--resource-group= -n|--name= ...", subcommands: {} },
  curl: {
    options: `-A|--user-agent= -b|--cookie= -c|--cookie-jar= -C|--continue-at= -d|--data= --data-ascii= --data-binary= --data-raw=
      --data-urlencode= -D|--dump-header= -e|--referer= -E|--cert= -F|--form= --form-string= -h|--help -H|--header= -K|--config=
      -m|--max-time= -o|--output= -O|--remote-name -P|--ftp-port= -Q|--quote= -r|--range= -t|--telnet-option= -T|--upload-file= -u|--user=
      -U|--proxy-user= -w|--write-out= -x|--proxy= -X|--request= -y|--speed-time= -Y|--speed-limit= -z|--time-cond= -f|--fail -g|--globoff
      -G|--get -i|--include -I|--head -j|--junk-session-cookies -J|--remote-header-name -k|--insecure -l|--list-only -L|--location -n|--netrc
      -N|--no-buffer -p|--proxytunnel -q|--disable -R|--remote-time -s|--silent -S|--show-error -v|--verbose -V|--version -Z|--parallel
      --cacert= --capath= --key= --pass= --cert-type= --ciphers= --connect-timeout= --connect-to= --resolve= --interface= --json=
      --limit-rate= --max-filesize= --max-redirs= --netrc-file= --noproxy= --oauth2-bearer= --output-dir= --proto= --retry= --retry-delay=
      --retry-max-time= --socks5= --socks5-hostname= --stderr= --trace= --trace-ascii= --unix-socket= --url= --variable= ...`,
  },
  gcloud: {
    options: "--project= --account= --configuration= --format= --filter= --verbosity= -q|--quiet ...",
    subcommands: {},
  },
  gh: {
    options: "-R|--repo= --hostname= --help ...",
    subcommands: {
      api: `-X|--method= -F|--field= -f|--raw-field= -H|--header= --input= -q|--jq= -t|--template= --cache= -p|--preview= -i|--include
        --paginate --slurp --silent --verbose`,
      "pr close": "-c|--comment= -d|--delete-branch",
      "pr create":
        "-t|--title= -b|--body= -F|--body-file= -B|--base= -H|--head= -a|--assignee= -l|--label= -r|--reviewer= -m|--milestone= -p|--project= ...",
      "pr merge":
        "-b|--body= -F|--body-file= -t|--subject= -A|--author-email= --match-head-commit= -d|--delete-branch -m|--merge -r|--rebase -s|--squash --admin --auto",
      "repo delete": "--yes",
      "repo sync": "-b|--branch= -s|--source= --force",
    },
  },
  ncat: { options: "-p= -s= -w= -e|--exec= -c|--sh-exec= -x= ..." },
  nc: { options: "-p= -s= -w= -e= -c= -q= -X= -x= ..." },
  psql: {
    options: `-c|--command= -d|--dbname= -f|--file= -h|--host= -p|--port= -U|--username= -v|--set|--variable= -o|--output= -F|--field-separator=
      -P|--pset= -R|--record-separator= -L|--log-file= ...`,
  },
  mysql: {
    options:
      "-e|--execute= -h|--host= -u|--user= -P|--port= -D|--database= -S|--socket= -p|--password[=] --defaults-file= ...",
  },
  scp: { options: "-c= -D= -F= -i= -J= -l= -o= -P= -S= -X= -r -p -q -C -3 -4 -6 -B -O -R -s -T -v" },
  sftp: { options: "-B= -b= -c= -D= -F= -i= -J= -l= -o= -P= -R= -S= -s= -X= ..." },
  ssh: {
    endsAtOperand: true,
    options: `-B= -b= -c= -D= -E= -e= -F= -I= -i= -J= -L= -l= -m= -O= -o= -P= -p= -Q= -R= -S= -W= -w= -4 -6 -A -a -C -f -G -g -K -k -M -N -n -q
      -s -T -t -V -v -X -x -Y -y`,
  },
  wget: {
    options: `-o|--output-file= -a|--append-output= -e|--execute= -i|--input-file= -B|--base= -t|--tries= -O|--output-document= -T|--timeout=
      -w|--wait= -Q|--quota= -P|--directory-prefix= -U|--user-agent= -l|--level= -A|--accept= -R|--reject= -D|--domains= -X= -I= --header=
      --post-data= --post-file= --body-data= --body-file= --method= --user= --password= --load-cookies= --save-cookies= --referer=
      --certificate= --private-key= --ca-certificate= --proxy-user= --proxy-password= -q|--quiet -r|--recursive -c|--continue ...`,
  },
};
