import { type Described, type Kind, shells } from './tree.ts';

/** Needs no bash-completion package; works with the bash 3.2 of old machines as well. */
export function bashScript(commands: readonly Described[]): string {
  return `# bash completion for relevo
_relevo() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local command= argument=0 file=relevo.yaml i word
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$word" in
      --) return ;;
${fileCase()}
${valueCase(commands)}
      -*) ;;
      *) if [ -z "$command" ]; then command="$word"; else argument=$((argument + 1)); fi ;;
    esac
  done
  COMPREPLY=()
  case "$previous" in
    -f | --file)
      compopt -o filenames 2>/dev/null
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
      return ;;
${valueReturn(commands)}
  esac
  local words=
  case "$command" in
    '') words="${[...commands.map(({ name }) => name), '--help', '--version'].join(' ')}" ;;
${commands.map(commandCase).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _relevo relevo
`;
}

function fileCase(): string {
  return `      -f | --file) i=$((i + 1)); file="\${COMP_WORDS[i]}" ;;`;
}

/** Options but \`--file\` that take a value: their next word is no argument. */
function valueFlags(commands: readonly Described[]): string[] {
  const options = commands.flatMap(({ options }) => options).filter(({ value }) => value === 'text');
  return [...new Set(options.flatMap(({ flags }) => flags))];
}

function valueCase(commands: readonly Described[]): string {
  return `      ${valueFlags(commands).join(' | ')}) i=$((i + 1)) ;;`;
}

function valueReturn(commands: readonly Described[]): string {
  return `    ${valueFlags(commands).join(' | ')}) return ;;`;
}

function commandCase({ name, options, argument }: Described): string {
  const flags = options.flatMap((option) => option.flags).join(' ');
  const wanted = argument && words(argument);
  if (!wanted) return `    ${name}) words="${flags}" ;;`;
  return `    ${name})
      words="${flags}"
      case "$current" in -*) ;; *) [ $argument -gt 0 ] || words="${wanted}" ;; esac ;;`;
}

function words(kind: Kind): string {
  if (kind === 'shells') return shells.join(' ');
  return kind === 'instances' || kind === 'services'
    ? `$("\${COMP_WORDS[0]}" completion ${kind} -f "$file" 2>/dev/null)`
    : '';
}
