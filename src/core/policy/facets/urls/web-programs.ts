/** How a program that speaks with web servers is told where to go and what to keep. */
export interface WebProgram {
  /** Its options, written as `parseOptionTable` reads them. */
  readonly options: string;
  /**
   * Which operands are addresses: all, also without a scheme; the first, behind the method where there is one; the first
   * as a bare host; those that have a scheme; or those and what can't be known, for programs that open whatever they get.
   */
  readonly operands: "all" | "first" | "host" | "absolute" | "openable";
  /** What is meant by an address without a scheme; `http` unless given. */
  readonly fallback?: string;
  /** Options whose value is an address to go to. */
  readonly addresses?: readonly string[];
  /** Options whose value is a host to go through, an address or without a scheme. */
  readonly hosts?: readonly string[];
  /** Options whose value is an address behind a name and a port: `host:port:address,address`. */
  readonly resolvers?: readonly string[];
  /** Options whose value is a host behind another one: `host:port:host:port`. */
  readonly connectors?: readonly string[];
  /** Options whose value is a local socket that stands for every host. */
  readonly sockets?: readonly string[];
  /** Options whose value is a setting, some of which name a proxy. */
  readonly settings?: readonly string[];
  /** Options whose value is a file with addresses. */
  readonly lists?: readonly string[];
  /** Whether it saves what it gets unless told otherwise. */
  readonly saves?: boolean;
  /** Options by which it saves what it gets: with a file as their value, or without. */
  readonly savers?: readonly string[];
  /** Options by which it saves nothing. */
  readonly dry?: readonly string[];
  /** Options by which it waits for others instead of going anywhere. */
  readonly listens?: readonly string[];
  /** Whether what stands behind one dash is a word rather than letters. */
  readonly dash?: "word";
  /** Whether options have one dash and any letter case, as in PowerShell. */
  readonly isPowerShell?: boolean;
}

const CURL: WebProgram = {
  options: `-A|--user-agent= --abstract-unix-socket= --alt-svc= --aws-sigv4= -b|--cookie= -c|--cookie-jar= -C|--continue-at= --cacert=
    --capath= --cert-type= --ciphers= --connect-timeout= --connect-to= --create-file-mode= --crlfile= --curves= -d|--data= --data-ascii=
    --data-binary= --data-raw= --data-urlencode= --delegation= --dns-interface= --dns-ipv4-addr= --dns-ipv6-addr= --dns-servers=
    --doh-url= -D|--dump-header= -e|--referer= -E|--cert= --ech= --egd-file= --engine= --etag-compare= --etag-save= --expand-url=
    --expand-data= --expand-output= --expect100-timeout= -F|--form= --form-string= --ftp-account= --ftp-alternative-to-user= --ftp-method=
    --ftp-ssl-ccc-mode= -h|--help --happy-eyeballs-timeout-ms= --haproxy-clientip= -H|--header= --hostpubmd5= --hostpubsha256= --hsts=
    --interface= --ip-tos= --ipfs-gateway= --json= --keepalive-time= --keepalive-cnt= --key= --key-type= --krb= -K|--config= --libcurl=
    --limit-rate= --local-port= --login-options= -m|--max-time= --mail-auth= --mail-from= --mail-rcpt= --max-filesize= --max-redirs=
    --netrc-file= --noproxy= -o|--output= --oauth2-bearer= -O|--remote-name --remote-name-all -J|--remote-header-name --output-dir=
    -P|--ftp-port= --parallel-max= --pass= --pinnedpubkey= --preproxy= --proto= --proto-default= --proto-redir= --proxy-cacert=
    --proxy-capath= --proxy-cert= --proxy-cert-type= --proxy-ciphers= --proxy-crlfile= --proxy-header= --proxy-key= --proxy-key-type=
    --proxy-pass= --proxy-pinnedpubkey= --proxy-service-name= --proxy-tls13-ciphers= --proxy-tlsauthtype= --proxy-tlspassword=
    --proxy-tlsuser= --proxy1.0= --pubkey= -Q|--quote= -r|--range= --random-file= --rate= --request-target= --resolve= --retry=
    --retry-delay= --retry-max-time= --sasl-authzid= --service-name= --socks4= --socks4a= --socks5= --socks5-gssapi-service=
    --socks5-hostname= --stderr= -t|--telnet-option= -T|--upload-file= --tftp-blksize= --tls-max= --tls13-ciphers= --tlsauthtype=
    --tlspassword= --tlsuser= --trace= --trace-ascii= --trace-config= -u|--user= -U|--proxy-user= --unix-socket= --url= --url-query=
    --variable= --vlan-priority= -w|--write-out= -x|--proxy= -X|--request= -y|--speed-time= -Y|--speed-limit= -z|--time-cond=`,
  operands: "all",
  addresses: ["--url", "--expand-url", "--doh-url", "--ipfs-gateway"],
  hosts: ["-x", "--preproxy", "--proxy1.0", "--socks4", "--socks4a", "--socks5", "--socks5-hostname"],
  resolvers: ["--resolve"],
  connectors: ["--connect-to"],
  sockets: ["--unix-socket", "--abstract-unix-socket"],
  lists: ["-K"],
  savers: ["-o", "--expand-output", "-O", "--remote-name-all", "--libcurl"],
};

const WGET: WebProgram = {
  options: `-e|--execute= -o|--output-file= -a|--append-output= --report-speed= -i|--input-file= -B|--base= --config= --rejected-log= -t|--tries=
    --retry-on-http-error= -O|--output-document= --start-pos= --progress= -T|--timeout= --dns-timeout= --connect-timeout= --read-timeout=
    -w|--wait= --waitretry= -Q|--quota= --bind-address= --limit-rate= --restrict-file-names= --prefer-family= --user= --password=
    --use-askpass= --local-encoding= --remote-encoding= -P|--directory-prefix= --cut-dirs= --http-user= --http-password= --default-page=
    --header= --compression= --proxy-user= --proxy-password= --referer= -U|--user-agent= --load-cookies= --save-cookies= --post-data=
    --post-file= --method= --body-data= --body-file= --secure-protocol= --certificate= --certificate-type= --private-key= --spider
    --private-key-type= --ca-certificate= --ca-directory= --crl-file= --pinnedpubkey= --ciphers= --ftp-user= --ftp-password= --warc-file=
    --warc-header= --warc-max-size= --warc-dedup= --warc-tempdir= -l|--level= --backups= -A|--accept= -R|--reject= --accept-regex=
    --reject-regex= --regex-type= -D|--domains= --exclude-domains= --follow-tags= --ignore-tags= -I|--include-directories=
    -X|--exclude-directories= --http-proxy= --https-proxy= --dns-servers= --hsts-file=`,
  operands: "all",
  addresses: ["-B"],
  hosts: ["--http-proxy", "--https-proxy"],
  settings: ["-e"],
  lists: ["-i", "--config"],
  saves: true,
  savers: ["-O"],
  dry: ["--spider"],
};

const HTTPIE: WebProgram = {
  options: `-o|--output= -p|--print= -s|--style= --pretty= --format-options= -P|--history-print= --session= --session-read-only= -a|--auth=
    -A|--auth-type= --proxy= --max-redirects= --max-headers= --timeout= --verify= --ssl= --ciphers= --cert= --cert-key= --cert-key-pass=
    --default-scheme= --boundary= --raw= --response-charset= --response-mime= --path-as-is -d|--download -c|--continue --offline`,
  operands: "first",
  hosts: ["--proxy"],
  savers: ["-o", "-d"],
  dry: ["--offline"],
};

const FETCHER: WebProgram = { options: "...", operands: "all", saves: true };

const FTP: WebProgram = { options: "-e= -u= -p= -P= -o= ...", operands: "all", fallback: "ftp" };

const ARIA: WebProgram = {
  options: `-d|--dir= -o|--out= -s|--split= -x|--max-connection-per-server= -j|--max-concurrent-downloads= -k|--min-split-size= -i|--input-file=
    -l|--log= -m|--max-tries= -t|--timeout= -U|--user-agent= --header= --referer= --all-proxy= --http-proxy= --https-proxy= --ftp-proxy=
    --http-user= --http-passwd= --checksum= --load-cookies= --save-cookies= --save-session= --conf-path= --dry-run[=] ...`,
  operands: "all",
  hosts: ["--all-proxy", "--http-proxy", "--https-proxy", "--ftp-proxy"],
  lists: ["-i"],
  saves: true,
  dry: ["--dry-run"],
};

const VIDEO: WebProgram = {
  options: `-o|--output= -f|--format= -P|--paths= -a|--batch-file= --proxy= --cookies= --cookies-from-browser= -u|--username= -p|--password=
    -r|--limit-rate= -R|--retries= --config-location= --config-locations= --download-archive= --merge-output-format= --audio-format=
    --sub-lang= --sub-langs= --user-agent= --referer= --add-header= -I|--playlist-items= -s|--simulate -j|--dump-json -J|--dump-single-json
    -F|--list-formats -g|--get-url -e|--get-title --get-id --get-duration --get-filename --list-subs --skip-download -U|--update ...`,
  operands: "all",
  hosts: ["--proxy"],
  lists: ["-a"],
  saves: true,
  dry: [
    "-s",
    "-j",
    "-J",
    "-F",
    "-g",
    "-e",
    "--get-id",
    "--get-duration",
    "--get-filename",
    "--list-subs",
    "--skip-download",
  ],
};

const BROWSER: WebProgram = {
  options: `--proxy-server= --proxy-pac-url= --app= --host-resolver-rules= --user-data-dir= --window-size= --print-to-pdf[=] --screenshot[=]
    --remote-debugging-port= --user-agent= -P= --profile= ...`,
  operands: "all",
  addresses: ["--app", "--proxy-pac-url"],
  hosts: ["--proxy-server"],
};

const OPENER: WebProgram = { options: "-a= -b= ...", operands: "openable" };

const SOCKET: WebProgram = {
  options: `-p|--source-port= -s|--source= -w|--wait= -q= -i|--interval= -I= -O= -T= -V= -X|--proxy-type= -x|--proxy= -e|--exec= -c|--sh-exec=
    -g= -G= -m= -P= -o|--output= -d|--delay= --proxy-auth= --lua-exec= -l|--listen -z -v -n -u -k -4 -6 -t -r -C -D -d -N -U ...`,
  operands: "host",
  hosts: ["-x"],
  listens: ["-l"],
};

const TELNET: WebProgram = { options: "-b= -e= -l= -n= -S= -X= -k= -4 -6 -8 -E -K -L -a -d -x ...", operands: "host" };

const OPENSSL: WebProgram = {
  options: "-connect= -proxy= -host= -port= -servername= -cert= -key= -CAfile= -CApath= ...",
  operands: "absolute",
  hosts: ["-connect", "-proxy", "-host"],
  dash: "word",
};

const POWERSHELL: WebProgram = {
  options: `--uri= --outfile= --method= --body= --headers= --proxy= --useragent= --contenttype= --infile= --timeoutsec= --websession=
    --sessionvariable= --credential= --source= --destination= --custommethod= --maximumredirection= ...`,
  operands: "all",
  addresses: ["--uri", "--source"],
  hosts: ["--proxy"],
  savers: ["--outfile", "--destination"],
  isPowerShell: true,
};

/** Programs that speak with web servers, by name in lower case, without `.exe`. */
export const WEB_PROGRAMS: ReadonlyMap<string, WebProgram> = new Map([
  ["curl", CURL],
  ["wget", WGET],
  ["wget2", WGET],
  ...["http", "https", "httpie", "xh", "xhs", "curlie"].map((name) => [name, HTTPIE] as const),
  ["aria2c", ARIA],
  ...["axel", "you-get", "gallery-dl", "lux", "snarf", "puf", "saldl"].map((name) => [name, FETCHER] as const),
  ...["ftp", "tftp", "lftp", "ncftp"].map((name) => [name, FTP] as const),
  ...["yt-dlp", "youtube-dl", "youtube-dlc"].map((name) => [name, VIDEO] as const),
  ...["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"].map(
    (name) => [name, BROWSER] as const,
  ),
  ...["msedge", "microsoft-edge", "brave", "brave-browser", "firefox", "firefox-esr"].map(
    (name) => [name, BROWSER] as const,
  ),
  ...["safari", "opera", "vivaldi", "epiphany", "konqueror", "falkon", "lynx"].map((name) => [name, BROWSER] as const),
  ...["links", "links2", "elinks", "w3m", "x-www-browser", "sensible-browser"].map((name) => [name, BROWSER] as const),
  ...["open", "xdg-open", "gio", "start", "explorer", "wslview", "cygstart"].map((name) => [name, OPENER] as const),
  ...["nc", "ncat", "netcat", "nc.openbsd", "nc.traditional"].map((name) => [name, SOCKET] as const),
  ["telnet", TELNET],
  ["openssl", OPENSSL],
  ...["invoke-webrequest", "iwr", "invoke-restmethod", "irm"].map((name) => [name, POWERSHELL] as const),
  ["start-bitstransfer", { ...POWERSHELL, saves: true }],
  ["certutil", { options: "...", operands: "absolute", saves: true }],
  ["bitsadmin", { options: "...", operands: "absolute", saves: true }],
]);
