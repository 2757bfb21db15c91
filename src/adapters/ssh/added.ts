import { beforeDirectory } from './record.ts';

const log = `${beforeDirectory}/dpkg.log`;

/** For apt: its dpkg writes into a log of ours what it does, as it does it. Source: dpkg(1), `--log`. */
export const logged = `-o Dpkg::Options::=--log=${log}`;

/**
 * A function for shell scripts: `added` prints the packages that are there because of us, those that our own runs of dpkg unpacked
 * where they were not. What anybody else installs meanwhile, or what a run was killed before, is in no log of ours.
 */
export const addedPackages = `added() {
  [ -e ${log} ] || return 0
  dpkg-query -W -f '\${db:Status-Status} \${Package}\\n' | awk '
    NR == FNR {
      name = $3 == "status" ? $5 : $4
      sub(/:.*/, "", name)
      if ($3 == "install") begun[name] = 1
      else if ($3 == "status" && $4 == "unpacked" && name in begun) own[name] = 1
      else if ($3 == "status" && $4 == "not-installed") { delete begun[name]; delete own[name] }
      next
    }
    $2 in own && $1 != "not-installed" && $1 != "config-files" { print $2 }
  ' ${log} - | sort -u
}`;
