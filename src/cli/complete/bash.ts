import { type AskedKind, type Described, isAsked, type Kind, shells, valueFlags, withPaths } from './tree.ts';

/** Needs no bash-completion package; works with the bash 3.2 of old machines as well. */
export function bashScript(commands: readonly Described[]): string {
  const values = valueFlags(commands).join(' | ');
  const inner = withPaths(commands).flatMap(([path]) => (path.includes(' ') ? [`'${path}'`] : []));
  return `# bash completion for relevo
_relevo() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local command= argument=0 file=relevo.yaml i word
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$word" in
      --) return ;;
      -f | --file) i=$((i + 1)); file="\${COMP_WORDS[i]}" ;;
      ${values}) i=$((i + 1)) ;;
      -*) ;;
      :) argument=$((argument - 1)) ;; # web/1:web/2 is one argument, and three words of bash's
      *)
        case "$command $word" in
          ' '*) command="$word" ;;
          ${inner.join(' | ')}) command="$command $word" ;;
          *) argument=$((argument + 1)) ;;
        esac ;;
    esac
  done
  [ "$current" != : ] || { current=; argument=$((argument - 1)); }
  COMPREPLY=()
  case "$previous" in
    -f | --file)
      compopt -o filenames 2>/dev/null
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
      return ;;
    ${values}) return ;;
  esac
  local words=
  case "$command" in
    '') words="${[...commands.map(({ name }) => name), '--help', '--version'].join(' ')}" ;;
${withPaths(commands).map(commandCase).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _relevo relevo
`;
}

function commandCase([path, { options, takes, commands }]: readonly [string, Described]): string {
  const names = commands.map(({ name }) => name);
  const flags = [...names, ...options.flatMap((option) => option.flags)].join(' ');
  const wanted = takes
    .map(words)
    .flatMap((each, index) =>
      each ? [`        '${index} '*) words="${[...(index === 0 ? names : []), each].join(' ')}" ;;\n`] : [],
    );
  if (wanted.length === 0) return `    '${path}') words="${flags}" ;;`;
  return `    '${path}')
      words="${flags}"
      case "$argument $current" in
        *' -'*) ;;
${wanted.join('')}      esac ;;`;
}

function words(kind: Kind): string {
  if (kind === 'shells') return shells.join(' ');
  if (kind === 'files') return '$(compgen -f -- "$current")';
  if (kind === 'plans') return `${asked(kind)} $(compgen -f -X '!*.jmx' -- "$current")`;
  return isAsked(kind) ? asked(kind) : '';
}

function asked(kind: AskedKind): string {
  return `$("\${COMP_WORDS[0]}" completion ${kind} -f "$file" 2>/dev/null)`;
}
