/// Prints the script with which a shell completes this program's command lines.
struct CompletionsCommand: Command {
  static let name = "completions"
  static let summary = "print a shell's completion script: verbs, options, settings, episodes"
  static let group = CommandGroup.more
  static let examples = [
    "reel completions bash > ~/.local/share/bash-completion/completions/reel",
    "reel completions zsh > ~/.zfunc/_reel",
    "reel completions fish > ~/.config/fish/completions/reel.fish",
  ]

  private let shell: String

  init(_ arguments: inout Arguments) throws {
    shell = try arguments.positional(
      "SHELL", choices: Self.scripts.map(\.shell), help: "the shell")
  }

  func run(_ console: Console) throws -> ExitCode {
    for script in Self.scripts where script.shell == shell { Console.write(script.text) }
    return .done
  }

  /// Each asks `reel --complete` what may come next, and lists matching files itself.
  private static let scripts: [(shell: String, text: String)] = [
    ("bash", bash), ("zsh", zsh), ("fish", fish),
  ]

  // Bash breaks words at = and :, so the words are read from the line, and the part before the last
  // break is removed from the answers.
  private static let bash = #"""
    # bash completion of reel. Load it with: source <(reel completions bash)
    _reel() {
      local line=${COMP_LINE:0:COMP_POINT} words current kept answer word kind=""
      read -a words <<< "$line"
      [[ $line == *[[:space:]] ]] && words+=("")
      current=${words[${#words[@]} - 1]}
      kept=${current%"${current##*[=:]}"}
      [[ $COMP_WORDBREAKS == *=* ]] || kept=""
      COMPREPLY=()
      while IFS=$'\t' read -r word answer; do
        case $word in
          :*) kind=${word#:} ;;
          *) COMPREPLY+=("${word#"$kept"}") ;;
        esac
      done < <("${COMP_WORDS[0]}" --complete "${words[@]:1}" 2> /dev/null)
      local value=${current#"$kept"}
      if [[ $kind ]]; then
        compopt -o filenames 2> /dev/null
        while IFS= read -r word; do
          [[ $kind != recordings || -d $word || $word == *.sqlite ]] && COMPREPLY+=("$word")
        done < <(if [[ $kind == folders ]]; then compgen -d -- "$value"; else compgen -f -- "$value"; fi)
      elif [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace 2> /dev/null
      fi
    }
    complete -F _reel reel

    """#

  private static let zsh = #"""
    #compdef reel
    # zsh completion of reel. Put it into a folder of $fpath as _reel.
    _reel() {
      local line word help kind=""
      local -a answers open
      while IFS=$'\t' read -r word help; do
        case $word in
          :*) kind=${word#:} ;;
          *=) open+=("${word//:/\\:}:$help") ;;
          *) answers+=("${word//:/\\:}:$help") ;;
        esac
      done < <("${words[1]}" --complete "${(@Q)words[2,CURRENT]}" 2> /dev/null)
      (( $#answers )) && _describe -V reel answers
      (( $#open )) && _describe -V setting open -S ""
      case $kind in
        recordings) _files -g "*.sqlite(-.)" ;;
        folders) _files -/ ;;
        all) _files ;;
      esac
    }
    if [[ ${funcstack[1]} == _reel ]]; then _reel "$@"; else compdef _reel reel; fi

    """#

  private static let fish = #"""
    # fish completion of reel. Put it into ~/.config/fish/completions/reel.fish.
    function __reel_complete
      set -l words (commandline -opc) (commandline -ct)
      set -l current $words[-1]
      for answer in ($words[1] --complete $words[2..] 2> /dev/null)
        switch $answer
          case ':recordings'
            __fish_complete_suffix $current .sqlite
          case ':folders'
            __fish_complete_directories $current
          case ':all'
            __fish_complete_path $current
          case '*'
            echo $answer
        end
      end
    end
    complete -c reel -f -k -a '(__reel_complete)'

    """#
}
