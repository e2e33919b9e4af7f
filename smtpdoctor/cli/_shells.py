"""What a shell runs to complete an argument: each asks the program for a line, which has a word
and behind a tab what it means.

In place of typer's own scripts, which offer nothing behind `--option=`, and end `html=` in a blank.
The program is asked as typer's script for fish asks it. Where nothing is offered the shell offers
files. Templates of `%`, as typer has them.
"""

from __future__ import annotations

#: Bash replaces the last part alone of a word with one of its word breaks in it.
BASH = """\
%(complete_func)s() {
    local line=${COMP_LINE:0:COMP_POINT} breaks= option= before= offered
    local word=${line##*[[:space:]]}
    [[ $COMP_WORDBREAKS == *:* ]] && breaks+=:
    [[ $COMP_WORDBREAKS == *=* ]] && breaks+==
    [[ -n $breaks && $word == *[$breaks]* ]] && before=${word%%"${word##*[$breaks]}"}
    [[ $word == --*=* ]] && option=${word%%%%=*}=
    COMPREPLY=()
    while IFS=$'\\t' read -r offered _; do
        offered=$option$offered
        [[ $offered == "$option" ]] || COMPREPLY+=("${offered#"$before"}")
    done < <(env _TYPER_COMPLETE_ARGS="$line" _TYPER_COMPLETE_FISH_ACTION=get-args \\
        %(autocomplete_var)s=complete_fish "$1")
    [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace
    return 0
}
complete -o default -F %(complete_func)s %(prog_name)s
"""

#: A file in fpath, or one that is read: zsh takes the whole file for the function that it calls.
ZSH = """\
#compdef %(prog_name)s
%(complete_func)s() {
  local word meaning
  local -a offered
  while IFS=$'\\t' read -r word meaning; do
    [[ -n $word ]] && offered+=("${word//:/\\\\:}${meaning:+:$meaning}")
  done < <(env _TYPER_COMPLETE_ARGS="${words[1,$CURRENT]}" _TYPER_COMPLETE_FISH_ACTION=get-args \\
    %(autocomplete_var)s=complete_fish %(prog_name)s)
  compset -P '*='
  if (( ! $#offered )); then
    _files
  elif [[ $offered[1] == *= ]]; then
    _describe %(prog_name)s offered -S ''
  else
    _describe %(prog_name)s offered
  fi
}
if [[ $funcstack[1] == _%(prog_name)s ]]; then
  %(complete_func)s "$@"
else
  compdef %(complete_func)s %(prog_name)s
fi
"""

FISH = """\
function %(complete_func)s
    set -l option (string match -r -- '^--[^=]+=' (commandline -ct))
    for offered in (%(autocomplete_var)s=complete_fish _TYPER_COMPLETE_FISH_ACTION=get-args \\
            _TYPER_COMPLETE_ARGS=(commandline -cp) %(prog_name)s)
        echo -- "$option$offered"
    end
end
complete --command %(prog_name)s --no-files --arguments "(%(complete_func)s)" \\
    --condition "%(autocomplete_var)s=complete_fish _TYPER_COMPLETE_FISH_ACTION=is-args \\
        _TYPER_COMPLETE_ARGS=(commandline -cp) %(prog_name)s"
"""


def take_their_place() -> None:
    """Have typer print and install these."""
    from typer import _completion_classes as classes
    from typer import _completion_shared as shared

    for shell, script, asked in (
        ("bash", BASH, classes.BashComplete),
        ("zsh", ZSH, classes.ZshComplete),
        ("fish", FISH, classes.FishComplete),
    ):
        shared._completion_scripts[shell] = script
        asked.source_template = script
