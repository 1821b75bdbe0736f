import { describe, expect, it } from 'vitest';
import { nameOf } from '../../../agent/redaction/programs.ts';
import { Redactor } from '../../../agent/redaction/redactor.ts';
import { loadSecretTables } from '../../../rules/catalogue/redaction-tools.ts';

const redactor = new Redactor({ kind: 'redact' });

/** Where the made-up secret of a command stands; nothing else of it may change. */
const SECRET = 'S3cretValue';

/** Commands whose words have no blanks in them. */
const COMMANDS: readonly string[] = [
  // databases
  `mysql -uroot -p${SECRET} shop`,
  `mongodump -u u -p ${SECRET} --db d`,
  `sqlcmd -S h -U sa -P ${SECRET} -d d`,
  `redis-cli -a ${SECRET} KEYS *`,
  `redis-cli AUTH ${SECRET}`,
  `cbexport json -c h -u u -p ${SECRET}`,
  `isql DSN maria ${SECRET}`,
  `mysqlsh root:${SECRET}@h:3306/shop`,
  `mysqlsh --uri root:${SECRET}@h/shop`,
  `mysqlsh --uri=mysql://root:${SECRET}@h`,
  `mycli -p ${SECRET} -u root`,
  `psql postgresql://u:${SECRET}@h/d`,
  `pg_dump --dbname=postgresql://u:${SECRET}@h/d`,
  `mongodump --uri=mongodb+srv://u:${SECRET}@h/d?retryWrites=true`,
  `sqlplus -S scott/${SECRET}@orcl @export.sql`,
  `sqlplus scott/${SECRET} as sysdba`,
  `expdp full=y userid=system/${SECRET}@orcl`,
  `impdp system/${SECRET} directory=d`,
  `rman target sys/${SECRET}@db`,
  `rman catalog=rc/${SECRET}@db`,
  `clickhouse client --password ${SECRET}`,
  `cqlsh -u u -p ${SECRET} h`,
  `python3 /opt/x/cqlsh.py -p ${SECRET}`,
  `influx -username u -password ${SECRET} -database d`,
  `influx query --token ${SECRET}`,
  `influx write -t ${SECRET} -b bucket`,
  `influx setup -p ${SECRET} -b bucket`,
  `redis-cli -h h CONFIG SET requirepass ${SECRET}`,
  `neo4j-admin dbms set-initial-password ${SECRET}`,
  `vsql -U u -w ${SECRET} -f q.sql`,
  `hdbsql -n h -u u -p ${SECRET} -o out.csv`,
  `db2 connect to db user u using ${SECRET}`,
  `sqlpackage /a:Export /su:sa /sp:${SECRET} /tf:/Users/c/x.bacpac`,
  `sqlpackage /Action:Export /SourcePassword:${SECRET}`,
  `java -jar /x/sqlline.jar -n u -p ${SECRET} -f q.sql`,
  `java -Dtoken=${SECRET} Main`,
  `dbeaver -con driver=postgresql|user=u|password=${SECRET}|database=x`,
  `open -a TablePlus mysql+ssh://m:${SECRET}@h/root:${SECRET}@127.0.0.1/shop?x=1`,
  // uploaders
  `curl -u maria:${SECRET} -T x https://h/`,
  `lftp -u u,${SECRET} h`,
  `ncftpput -u u -p ${SECRET} h / x`,
  `b2 account authorize ID ${SECRET}`,
  `b2 authorize-account ID ${SECRET}`,
  `mega-login a@b.example ${SECRET}`,
  `megaput -u u -p ${SECRET} x`,
  `mc config host add store https://s3.example ID ${SECRET}`,
  `az login --service-principal -u a -p ${SECRET}`,
  `az postgres flexible-server create -u a -p ${SECRET}`,
  `az mysql flexible-server create -u a -p ${SECRET}`,
  `docker login -u u -p ${SECRET} reg`,
  `wget --header=Cookie:${SECRET} h`,
  `wget maria:${SECRET}@h/x`,
  `influx user create -n u -p ${SECRET}`,
  `curl -x maria:${SECRET}@proxy:3128 https://h/`,
  `curl -E cert.pem:${SECRET} https://h/`,
  `curl --oauth2-bearer ${SECRET} https://h/`,
  `curl --aws-sigv4 aws:amz:us-east-1:s3 -u AKID:${SECRET} -T x https://h/`,
  `curl --proxy-user u:${SECRET} https://h/`,
  `http -A bearer -a ${SECRET} POST h`,
  `https --auth=u:${SECRET} h`,
  `rclone obscure ${SECRET}`,
  `rclone config create n s3 secret_access_key=${SECRET}`,
  `rclone config create n s3 access_key_id ID secret_access_key ${SECRET}`,
  `s3cmd --secret_key=${SECRET} put x s3://b`,
  `mc alias set store https://s3.example ID ${SECRET}`,
  `mc admin user add store ID ${SECRET}`,
  `aws configure set profile.x.aws_secret_access_key ${SECRET}`,
  `aws s3 cp x s3://b --sse-c-key ${SECRET}`,
  `aws ssm put-parameter --name n --value ${SECRET}`,
  `az storage blob upload --account-key ${SECRET} -f x`,
  `az storage blob upload --connection-string AccountName=a;AccountKey=${SECRET};EndpointSuffix=core.windows.net`,
  `az sql db export -u a -p ${SECRET} -n d`,
  `az keyvault secret set --name n --value ${SECRET}`,
  `azcopy copy x https://a.blob.core.windows.net/c?sv=1&sig=${SECRET}&se=2`,
  `gsutil -o Credentials:gs_secret_access_key=${SECRET} cp x gs://b`,
  `swift -U u -K ${SECRET} upload c x`,
  `ossutil cp x oss://b -i ID -k ${SECRET}`,
  `coscmd config -a ID -s ${SECRET} -b b`,
  `uplink --access ${SECRET} cp x sj://b`,
  `uplink access import n ${SECRET}`,
  `smbclient //h/s ${SECRET} -U maria`,
  `smbclient //h/s -U maria%${SECRET}`,
  `croc --code ${SECRET} send x`,
  `wormhole receive ${SECRET}`,
  `ffsend upload -p ${SECRET} x`,
  `ngrok config add-authtoken ${SECRET}`,
  `ngrok http --basic-auth u:${SECRET} 80`,
  `cloudflared service install ${SECRET}`,
  `chisel client --auth u:${SECRET} https://h 80`,
  `bore local 80 -s ${SECRET}`,
  `tailscale up --authkey ${SECRET}`,
  `git clone https://oauth2:${SECRET}@h/x`,
  `npm config set //registry.npmjs.org/:_authToken ${SECRET}`,
  `npm config set //registry.npmjs.org/:_authToken=${SECRET}`,
  `npm config set _auth ${SECRET}`,
  `twine upload -u u -p ${SECRET} x`,
  `cargo login ${SECRET}`,
  `doctl -t ${SECRET} compute`,
  `vercel deploy -t ${SECRET}`,
  `netlify deploy --auth ${SECRET}`,
  `fly secrets set DB_URL=${SECRET}`,
  `flyctl deploy -t ${SECRET}`,
  // secret stores
  `infisical secrets set NAME=${SECRET}`,
  `vault kv patch x key=${SECRET}`,
  `vault token lookup ${SECRET}`,
  `vault token revoke ${SECRET}`,
  `op item edit X card=${SECRET}`,
  `gh secret set NAME -b ${SECRET}`,
  `vault write secret/x key=${SECRET} other=@file`,
  `vault kv put -mount=secret x key=${SECRET}`,
  `vault login ${SECRET}`,
  `vault operator unseal ${SECRET}`,
  `vault token renew ${SECRET}`,
  `op item create --category login login.field[password]=${SECRET}`,
  `bw login maria@example.net ${SECRET}`,
  `bw unlock ${SECRET}`,
  `bw --session ${SECRET} list items`,
  `kubectl create secret generic n --from-literal=key=${SECRET} --from-file=k=/x`,
  `kubectl create secret generic n --from-literal key=${SECRET}`,
  `helm upgrade r c --set a.b=1,db.password=${SECRET}`,
  `doppler secrets set NAME=${SECRET}`,
  `chamber write svc KEY ${SECRET}`,
  `credstash put n ${SECRET}`,
  `pulumi config set --secret key ${SECRET}`,
  // the Mac
  `security add-internet-password -a u -s h -w ${SECRET}`,
  `security import c.p12 -P ${SECRET}`,
  `sysadminctl -addUser u -password ${SECRET}`,
  `dscl . -passwd /Users/c ${SECRET}`,
  `security add-generic-password -a u -s svc -w ${SECRET}`,
  `security unlock-keychain -p ${SECRET} login.keychain`,
  `security set-keychain-password -o ${SECRET} -p ${SECRET} login.keychain`,
  `hdiutil create -passphrase ${SECRET} x.dmg`,
  `diskutil apfs unlockVolume d -passphrase ${SECRET}`,
  `launchctl setenv X_TOKEN ${SECRET}`,
  `defaults write com.x password ${SECRET}`,
  `defaults write com.x apiToken -string ${SECRET}`,
  `networksetup -setairportnetwork en0 Home ${SECRET}`,
  `networksetup -setwebproxy Wi-Fi h 80 on u ${SECRET}`,
  `sysadminctl -resetPasswordFor maria -newPassword ${SECRET}`,
  `dscl . -create /Users/c Password ${SECRET}`,
  `dsconfigad -f -u admin -p ${SECRET}`,
  `altool --upload-app -u u -p ${SECRET}`,
  `unar -p ${SECRET} x.rar`,
  `7z a -p${SECRET} x.7z f`,
  `unzip -P ${SECRET} a.zip`,
  // others
  `sshpass -p ${SECRET} ssh -p 22 h`,
  `rar a -hp${SECRET} x.rar f`,
  `zip -rP ${SECRET} a.zip d`,
  `keytool -keypasswd -storepass ${SECRET} -new ${SECRET}`,
  `gpg --passphrase ${SECRET} -c x`,
  `composer config http-basic.h u ${SECRET}`,
  `ngrok authtoken ${SECRET}`,
  `wormhole send --code ${SECRET} x`,
  `htpasswd -nbB u ${SECRET}`,
  `htpasswd -cbB -C 10 f u ${SECRET}`,
  `ldapsearch -D cn -w ${SECRET} -b dc`,
  `kinit --password ${SECRET}`,
  `openssl enc -pbkdf2 -pass pass:${SECRET} -in a`,
  `openssl enc -k ${SECRET} -in a`,
  `openssl passwd -6 -salt ab ${SECRET}`,
  `openssl dgst -hmac ${SECRET} f`,
  `openssl mac -macopt hexkey:${SECRET} HMAC`,
  `xfreerdp /v:h /u:maria /p:${SECRET}`,
  `rdesktop -u u -p ${SECRET} h`,
  `nmcli dev wifi connect Home password ${SECRET}`,
  `swaks -au u -ap ${SECRET}`,
  `ncat --proxy-auth u:${SECRET} h 443`,
  `lynx -auth=u:${SECRET} http://h`,
  `setenv DB_PASSWORD ${SECRET}`,
  // nothing of these is a secret
  'mysql --login-path=prod -e x',
  'psql -W -h h',
  'bq --service_account_credential_file=/k.json query x',
  'bq --service_account_credential_file /k.json ls',
  'curl -H @headers.txt -K conf --netrc-file /n https://h/',
  'curl -E cert.pem --key /k.pem https://h/',
  'ssh -o PasswordAuthentication=no -i /Users/c/.ssh/id h',
  'security find-generic-password -w -s svc -a u',
  'security find-generic-password -ga svc',
  'security find-internet-password -gs h -P 443',
  'docker build --secret id=n,src=/k .',
  'gh auth login --with-token',
  'vault kv put secret/x key=@file other=-',
  'vault kv get secret/x',
  'bw unlock --passwordenv X',
  'kubectl create configmap c --from-literal=k=v',
  'git clone https://maria@h/x',
  'git clone ssh://git@h/x',
  'openssl enc -pbkdf2 -iv 00 -pass file:/k',
  'openssl rsa -in k.pem -passin env:X',
  'kinit --password-file=/x maria@R',
  'openvpn --auth-user-pass /f',
  'vncviewer -passwd /f',
  'npm install token-types left-pad',
  'redis-cli MGET token:1 token:2',
  'dscl . -create /Users/secret UserShell /bin/zsh',
  'cockroach sql --url postgresql://u@h/d',
  'restic --password-command x backup',
];

/** Commands in which a word is text of its own. */
const SCRIPTS: readonly (readonly string[])[] = [
  ['sh', '-c', `echo ${SECRET} | sudo -S id`],
  ['sh', '-c', `echo '${SECRET}' | sudo -kS -u postgres pg_dump x > /tmp/x.sql`],
  ['bash', '-c', `sudo -S id <<< "${SECRET}"`],
  ['bash', '-c', `printf "%s\\n" "${SECRET}" | sudo -S id`],
  ['sh', '-c', `printf '%s' ${SECRET} | hdiutil create -stdinpass x.dmg`],
  ['sh', '-c', `echo ${SECRET} | docker login -u u --password-stdin reg`],
  ['sh', '-c', `echo "${SECRET}" | gh auth login --with-token`],
  ['sh', '-c', `echo ${SECRET} | gpg --batch --passphrase-fd 0 -c x`],
  ['sh', '-c', `echo ${SECRET} | openssl enc -pass stdin -in a`],
  ['sh', '-c', `echo ${SECRET} | chpasswd`],
  ['sh', '-c', `echo ${SECRET} | passwd --stdin maria`],
  ['sh', '-c', `echo ${SECRET} | docker secret create n -`],
  ['sh', '-c', `printf ${SECRET} | diskutil apfs unlockVolume d -stdinpassphrase`],
  ['sh', '-c', 'echo done | tee log; echo data | gzip > x.gz'],
  ['sh', '-c', 'sudo id; echo fine'],
  ['expect', '-c', `spawn ssh h; expect "password:"; send "${SECRET}\\r"`],
  ['expect', '-c', `send -- "${SECRET}\\n"`],
  ['osascript', '-e', `tell application "System Events" to keystroke "${SECRET}"`],
  ['osascript', '-e', `do shell script "id" user name "a" password "${SECRET}"`],
  ['osascript', '-e', `do shell script "mysqldump -u root -p${SECRET} shop > /tmp/x.sql"`],
  ['rsync', `--rsh=sshpass -p ${SECRET} ssh`, 'a', 'h:'],
  ['lftp', '-c', `open -u u,${SECRET} h; put x`],
  ['lftp', '-e', 'put x', '-u', `u,${SECRET}`, 'h'],
  ['db2', `connect to db user u using ${SECRET}`],
  ['sqlite3', 'x.db', `ATTACH 'y' AS z KEY '${SECRET}'`],
  ['sh', '-c', `echo "h:5432:db:u:${SECRET}" > ~/.pgpass`],
  ['sh', '-c', `printf 'machine h login u password ${SECRET}' > ~/.netrc`],
  ['sh', '-c', `ftp -n h <<EOF\nuser maria ${SECRET}\nput x.csv\nEOF`],
  ['fish', '-c', `set -gx PGPASSWORD ${SECRET}; psql`],
  ['git', '-c', `http.extraHeader=Authorization: Basic ${SECRET}`, 'fetch'],
  ['wget', `--header=Authorization: Bearer ${SECRET}`, 'https://h/'],
];

/** Commands of which more than the secret is hidden: what stands beside it cannot be told from it. */
const AROUND: readonly (readonly [command: string, expected: string])[] = [
  [`redis-cli HELLO 3 AUTH u ${SECRET}`, 'redis-cli HELLO 3 AUTH [REDACTED] [REDACTED]'],
  [`redis-cli ACL SETUSER u >${SECRET}`, 'redis-cli ACL SETUSER u [REDACTED]'],
  [
    `az storage blob upload --sas-token se=1&sig=${SECRET}`,
    'az storage blob upload --sas-token [REDACTED]',
  ],
  [`vault login username=u password=${SECRET}`, 'vault login [REDACTED] [REDACTED]'],
  ['git clone https://a1b2c3d4e5f6g7h8i9j0@h/x', 'git clone https://[REDACTED]@h/x'],
];

describe('a redactor', () => {
  it.each([...COMMANDS.map((command) => command.split(' ')), ...SCRIPTS])(
    'hides the secret, and nothing else, of %s %s %s',
    (...words) => {
      const expected = words.map((word) => word.replaceAll(SECRET, '[REDACTED]'));
      expect(redactor.redactArguments(words)).toEqual(expected);
    },
  );

  it.each(AROUND)('hides of %s what stands around the secret, too', (command, expected) => {
    expect(redactor.redactArguments(command.split(' ')).join(' ')).toBe(expected);
  });

  it('keeps a keyed placeholder that is the whole user of a URL', () => {
    const hasher = new Redactor({ kind: 'hash', key: new Uint8Array(32).fill(5) });
    const [url = ''] = hasher.redactArguments(['https://a1b2c3d4e5f6g7h8i9j0@h/x']);
    expect(url).toMatch(/^https:\/\/\[REDACTED:[0-9a-f]{12}\]@h\/x$/);
    expect(hasher.redactUrl(url)).toBe(url);
  });

  it('leaves lines of a log as they are that begin with the name of a tool', () => {
    for (const line of ['open files are many', 'http 403 from h', 'user maria logged in', 'PASS a'])
      expect(redactor.redactText(line)).toBe(line);
  });
});

describe('the table of programs', () => {
  it('has no row without which all cases would pass', () => {
    const tables = loadSecretTables();
    const lines = [...COMMANDS, ...AROUND.map(([command]) => command)];
    const commands = [...lines.map((command) => command.split(' ')), ...SCRIPTS];
    const whole = commands.map((words) => redactor.redactArguments(words).join(' '));
    const rows = new Set([...tables.tools.values()].flat());
    const idle = [...rows].filter((row) => {
      const others = new Map(
        [...tables.tools].map(([name, own]) => [name, own.filter((other) => other !== row)]),
      );
      const without = new Redactor({ kind: 'redact' }, { ...tables, tools: others });
      const isOf = (words: readonly string[]): boolean =>
        words.some((word) => word.split(/[\s/]+/).some((part) => row.names.includes(nameOf(part))));
      return commands.every(
        (words, at) => !isOf(words) || without.redactArguments(words).join(' ') === whole[at],
      );
    });
    expect(idle.map(({ name }) => name)).toEqual([]);
  });
});
