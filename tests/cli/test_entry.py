"""How the command ends: exit codes, errors, pipes, signals; and what `--help` may import."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import click
import pytest
from click.shell_completion import BashComplete
from command_line import call

from modelpick import __version__
from modelpick.cli import commands, entry
from modelpick.cli.group import FIRST_STEPS, group
from modelpick.errors import AnswerIsNo, CannotFindOut, NothingMatched, UsageError


def python(code, **kwargs):
    return subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, **kwargs)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], [], ["nonsense"]])
def test_help_imports_nothing_heavy(arguments):
    ended = python(f"""
        import sys
        from modelpick.cli.entry import run
        run({arguments!r})
        heavy = {{"torch", "transformers", "sklearn", "huggingface_hub", "rich.console", "numpy", "yaml", "httpx2"}}
        print(sorted(heavy & set(sys.modules)), file=sys.stderr)
        """)
    assert ended.stderr.splitlines()[-1] == "[]", ended.stderr


def test_version(capsys):
    assert call(capsys, "--version").out == f"modelpick {__version__}\n"


def test_bare_command_shows_five_things_that_work(capsys):
    shown = call(capsys)
    assert shown.code == 0
    assert len(FIRST_STEPS) == 5
    for line, _ in FIRST_STEPS:
        assert line in shown.out
        assert line.split()[1] in commands.COMMANDS


def test_unknown_command_is_answered_with_a_close_one(capsys):
    ended = call(capsys, "serch", "--format", "json")
    assert ended.code == 2
    assert "did you mean `modelpick search`?" in ended.err
    assert ended.data["error"]["kind"] == "usage"


def test_summaries_are_those_of_the_commands():
    context = click.Context(group)
    for name, listed in commands.COMMANDS.items():
        command = group.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert (command.help or "").split("\n\n")[0].replace("\n", " ") == listed.summary


@pytest.mark.parametrize("name", list(commands.COMMANDS))
def test_every_help_has_examples(capsys, name):
    shown = call(capsys, name, "--help")
    assert shown.code == 0
    assert f"modelpick {name}" in shown.out.partition("Example")[2]


def failing(error):
    @click.command("fails")
    def command():
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (AnswerIsNo("rejected", "see above"), 1, "error: rejected\nhint: see above\n"),
        (UsageError("bad option"), 2, "error: bad option\n"),
        (NothingMatched("no model"), 3, "error: no model\n"),
        (CannotFindOut("no \x1b[31mnetwork"), 4, "error: no network\n"),
        (MemoryError(), 4, "error: out of memory\n"),
        (PermissionError(13, "Permission denied", "/x"), 4, "error: Permission denied (`/x`)\n"),
        (KeyboardInterrupt(), 130, "\ninterrupted\n"),
        (ZeroDivisionError("oops"), 70, "error: this is a bug in modelpick\n"),
        (BrokenPipeError(), 0, ""),
    ],
)
def test_each_way_to_end_has_its_exit_code(monkeypatch, capfd, error, code, says):
    monkeypatch.setattr("modelpick.cli.group.LazyGroup.get_command", lambda *_: failing(error))
    monkeypatch.setattr(entry, "_reader_gone", lambda stream: None)  # it would close this process's own stdout
    assert entry.run(["search"]) == code
    err = capfd.readouterr().err
    assert says in err
    assert ("Traceback" in err) == (code == 70)


def test_debug_shows_the_traceback(monkeypatch, capfd):
    monkeypatch.setattr("modelpick.cli.group.LazyGroup.get_command", lambda *_: failing(AnswerIsNo("rejected")))
    monkeypatch.setenv("MODELPICK_DEBUG", "1")
    assert entry.run(["search"]) == 1
    assert "Traceback" in capfd.readouterr().err


def test_python_m_and_a_closed_pipe_end_quietly():
    shell = f"{sys.executable} -m modelpick --help | head -1"
    ended = subprocess.run(["bash", "-c", f"set -o pipefail; {shell}"], capture_output=True, text=True)
    assert ended.returncode == 0
    assert ended.stderr == ""
    assert ended.stdout.startswith("Usage: python -m modelpick")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")  # noqa: PTH110
def test_a_full_disk_behind_stdout_is_an_error():
    ended = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m modelpick --help > /dev/full"], capture_output=True, text=True
    )
    assert ended.returncode == 4
    assert "No space left" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")  # noqa: PTH110
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("serch 2> /dev/full", 2),
        ("serch --format json > /dev/full", 2),
        ("serch --format json > >(exec true)", 2),
        ("serch 2> >(exec true)", 2),
        ("catalog --format json > /dev/full", 4),
        ("catalog 2> /dev/full", 0),
    ],
)
def test_an_error_keeps_its_exit_code_where_nobody_hears_of_it(arguments, code):
    ended = subprocess.run(["bash", "-c", f"{sys.executable} -m modelpick {arguments}"], capture_output=True, text=True)
    assert ended.returncode == code
    assert "Traceback" not in ended.stderr


def test_the_traceback_of_a_bug_cannot_write_to_the_terminal(monkeypatch, capfd):
    monkeypatch.setattr("modelpick.cli.group.LazyGroup.get_command", lambda *_: failing(RuntimeError("\x1b[2Jx")))
    assert entry.run(["search"]) == 70
    err = capfd.readouterr().err
    assert "RuntimeError: x" in err
    assert "\x1b" not in err


def test_an_ascii_terminal_gets_question_marks_and_no_traceback():
    code = """
        from modelpick.cli.entry import run
        from modelpick.document import Document, Heading
        from modelpick.render.sink import Sink
        run(["--version"])
        Sink().show(Document(blocks=[Heading("modèle 模型")], data=None))
    """
    ended = python(code, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert ended.returncode == 0, ended.stderr
    assert "mod?le ??" in ended.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_sigterm_unwinds_and_ends_with_143():
    code = """
        import time, sys
        from modelpick.cli import entry, group
        import click
        @click.command("waits")
        def waits():
            try:
                print("ready", flush=True)
                time.sleep(30)
            finally:
                print("cleaned", flush=True)
        group.LazyGroup.get_command = lambda *_: waits
        entry.main(["search"])
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    assert out == "cleaned\n"
    assert process.returncode == 143
    assert "Traceback" not in err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(capsys, shell):
    shown = call(capsys, "completion", shell)
    assert shown.code == 0
    assert "_MODELPICK_COMPLETE" in shown.out


def test_completion_completes():
    variables = {"_MODELPICK_COMPLETE": "bash_complete", "COMP_WORDS": "modelpick ca", "COMP_CWORD": "1"}
    ended = python("from modelpick.cli.entry import main; main([])", env={**os.environ, **variables})
    assert "catalog" in ended.stdout


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("catalog res", ["plain,resnet"]),
        ("eval ir", ["plain,iris"]),
        ("eval ./t", ["file,./t"]),
        ("predict toy", ["plain,toy-1"]),
        ("predict ./x --input ro", ["file,ro"]),
        ("vet --explain weights-saf", ["plain,weights-safe"]),
    ],
)
def test_names_and_files_are_completed(tmp_path, monkeypatch, words, offered):
    run = tmp_path / "modelpick-runs" / "toy-1"
    run.mkdir(parents=True)
    (run / "report.json").write_text('{"schema": "modelpick.eval/1"}', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    shell = BashComplete(group, {}, "modelpick", "_MODELPICK_COMPLETE")
    monkeypatch.setenv("COMP_WORDS", f"modelpick {words}")
    monkeypatch.setenv("COMP_CWORD", str(len(words.split())))
    assert shell.complete().splitlines() == offered


def test_a_folder_before_rm_is_refused_rather_than_passed_over(tmp_path, monkeypatch, capsys):
    run = tmp_path / "modelpick-runs" / "toy-1"
    run.mkdir(parents=True)
    (run / "report.json").write_text('{"schema": "modelpick.eval/1"}', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert call(capsys, "runs", "--folder", "elsewhere", "rm", "toy-1", "--yes").code == 2
    assert run.exists()
