"""Help, suggestions and completion: what the table of commands is worth in a shell."""
import pathlib
import re
import shutil
import subprocess

import pytest

PROGRAMS = ("alexander-admin", "alexander-s3d", "alexander-fuse")
LINES = {  # what is typed: what must be offered, what must not
    "alexander-admin us": ({"user"}, {"status"}),
    "alexander-admin user ": ({"create", "delete", "list"}, {"user", "status"}),
    "alexander-admin --config /dev/null user cr": ({"create"}, {"list"}),
    "alexander-admin user create --dis": ({"--display-name"}, {"--disk"}),
    "alexander-admin user create anna --adm": ({"--admin"}, set()),
    "alexander-admin status --disp": (set(), {"--display-name"}),
    "alexander-admin --logging.l": ({"--logging.level"}, set()),
    "alexander-admin completion ": (set(), {"create"}),
    "alexander-s3d --server.po": ({"--server.port"}, {"--server.host"}),
    "alexander-fuse --read": ({"--read-only"}, set()),
    "alexander-s3d --logging.format ": ({"text", "json"}, {"debug"}),
}


def script_of(site, program, shell):
    words = ["completion", shell] if program == "alexander-admin" else ["--completion", shell]
    return site.run(site.program(program), *words)


def offered_by_bash(script, line):
    words = line.split(" ")
    program = f"""
        set -u
        {script}
        COMP_WORDS=({' '.join(word or "''" for word in words)})
        COMP_CWORD={len(words) - 1}
        _{words[0].replace('-', '_')}
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def offered_by_fish(script, line):
    done = subprocess.run(["fish", "--no-config", "-c", f"source - ; complete -C '{line}'"],
                          input=script, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return {entry.split("\t")[0] for entry in done.stdout.splitlines()}


def offered_by_zsh(script, line):
    """The functions that zsh's completion system gives are replaced by such that print."""
    words = line.split(" ")
    program = f"""
        setopt errexit
        offer() {{ for each in "$@"; do [[ $each == $PREFIX* ]] && print -r -- ${{each%%:*}}; done; true }}
        _describe() {{ local name=${{@[-1]}}; offer "${{(@P)name}}" }}
        compadd() {{ shift; offer "$@" }}
        compset() {{ PREFIX=${{PREFIX#*=}} }}
        _files() {{ print FILES }}
        _message() {{ print VALUE }}
        words=({' '.join(word or "''" for word in words)})
        CURRENT={len(words)} PREFIX={words[-1] or "''"}
        {script}
    """
    done = subprocess.run(["zsh", "-f", "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("shell,offered", [("bash", offered_by_bash), ("zsh", offered_by_zsh),
                                           ("fish", offered_by_fish)])
def test_completion_offers_what_fits(site, shell, offered):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    scripts = {program: script_of(site, program, shell) for program in PROGRAMS}
    for line, (wanted, unwanted) in LINES.items():
        found = offered(scripts[line.split(" ")[0]], line)
        assert wanted <= found and not unwanted & found, (shell, line, found)


def test_paths_are_completed_where_an_option_takes_one(site):
    (site.folder / "some-certificate.pem").write_text("")
    line = f"alexander-s3d --server.tls_certificate_file {site.folder}/some-c"
    assert offered_by_bash(script_of(site, "alexander-s3d", "bash"), line) == \
        {f"{site.folder}/some-certificate.pem"}
    line = f"alexander-s3d --server.tls_certificate_file = {site.folder}/some-c"
    assert offered_by_bash(script_of(site, "alexander-s3d", "bash"), line) == \
        {f"{site.folder}/some-certificate.pem"}


def test_help_on_a_command_is_the_same_three_ways(site):
    text = site.admin("help", "bucket", "set-quota")
    assert text.startswith("Usage: alexander-admin bucket set-quota [options] NAME\n")
    assert "--objects N" in text and "--owner" not in text
    assert site.admin("bucket", "set-quota", "--help") == text
    assert text in site.admin("help", "bucket")


def test_the_man_pages_of_the_daemons_have_every_option_and_no_other(site):
    for program in ("alexander-s3d", "alexander-fuse"):
        text = site.run(site.program(program), "--help")
        known = set(re.findall(r"^ +(?:-\w, )?--([\w.-]+)", text, re.MULTILINE))
        known = {name for name in known if "." not in name}
        page = (pathlib.Path(__file__).parents[2] / "man" / f"{program}.8").read_text()
        options = page[page.index(".Sh OPTIONS"):]
        described = set(re.findall(r"^\.It .*?Fl Fl ([\w-]+)", options, re.MULTILINE))
        described.discard("Ar")  # any setting
        assert described == known, (program, described ^ known)


def test_a_slip_is_recognised(site):
    for arguments, hint in ((["statsu"], "status"), (["user"], "create"),
                            (["user", "creat", "anna"], "user create"),
                            (["status", "--quite"], "--quiet"),
                            (["status", "--logging.levle=debug"], "logging.level")):
        done = site.run_admin(*arguments)
        assert done.returncode == 2 and hint in done.stderr, (arguments, done.stderr)


def test_help_needs_no_settings(site):
    site.config.write_text(site.config.read_text() + "nonsense: 1\n")
    try:
        assert site.run_admin("status").returncode == 2
        assert "user create" in site.admin("help", "user")
        assert "complete" in site.admin("completion", "bash")
        assert site.admin("version").startswith("alexander-admin ")
    finally:
        site.config.write_text(site.config.read_text().replace("nonsense: 1\n", ""))


def test_quiet_leaves_out_remarks_and_progress(site):
    said = site.run_admin("gc", "--dry-run")
    assert "gc: " in said.stderr
    quiet = site.run_admin("gc", "--dry-run", "--quiet")
    assert quiet.returncode == 0 and quiet.stderr == "" and quiet.stdout
