#!/usr/bin/env python3
"""profile.py PROFILE TRACE: what a traced program did with files that its AppArmor profile does not allow.

PROFILE is what `apparmor_parser --preprocess` prints, TRACE what `strace -f -e trace=%file` does. One line
for each file and permission that no rule gives; without any, the exit status is 0. Owners are not looked
at. It stands in for a kernel with AppArmor, which a machine that runs tests need not have."""
import itertools
import re
import sys

RULE = re.compile(r'^\s*(?P<how>(?:(?:audit|owner|deny|allow|file)\s+)*)"?(?P<path>[/@]\S*?)"?\s+(?P<perms>[a-zA-Z]+),')
CALL = re.compile(r'^\d+\s+(?P<name>\w+)\((?P<arguments>.*)\)\s+= (?P<result>-?\d+)')
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
WRITES = {'rename', 'renameat', 'renameat2', 'unlink', 'unlinkat', 'mkdir', 'mkdirat', 'link', 'linkat',
          'symlink', 'symlinkat', 'chmod', 'fchmodat', 'chown', 'fchownat', 'truncate'}


def expand(path, variables):
    """All paths that come of @{NAME} in a path."""
    names = re.findall(r'@\{\w+\}', path)
    if not names:
        return [path]
    found = []
    for value in variables.get(names[0], []):
        found += expand(path.replace(names[0], value, 1).replace('//', '/'), variables)
    return found


def pattern(path):
    """The regular expression that a path with globs stands for (apparmor.d(5))."""
    tokens = {'**': '.*', '*': '[^/]*', '?': '[^/]', '{': '(?:', '}': ')', ',': '|'}
    parts = re.findall(r'\*\*|\[[^\]]*\]|\\.|.', path)
    return ''.join(part if part[0] in '[\\' else tokens.get(part, re.escape(part)) for part in parts)


def read_profile(lines):
    variables, allowed, denied = {}, [], []
    for line in lines:
        assigned = re.match(r'\s*(@\{\w+\})\s*\+?=\s*(.*)', line)
        rule = RULE.match(line)
        if assigned:
            values = [value.strip('"') for value in assigned.group(2).split()]
            variables.setdefault(assigned.group(1), []).extend(values)
        elif rule:
            for path in expand(rule['path'], variables):
                rules = denied if 'deny' in rule['how'] else allowed
                rules.append((re.compile(pattern(path)), set(rule['perms'])))
    return allowed, denied


def needs(call):
    """(path, permission) of a call that succeeded."""
    paths = [path for path in QUOTED.findall(call['arguments']) if path.startswith('/')]
    if call['name'] in ('open', 'openat'):
        wanted = 'rw' if 'O_RDWR' in call['arguments'] else 'w' if 'O_WRONLY' in call['arguments'] else 'r'
        if 'O_CREAT' in call['arguments']:
            wanted += 'w'
        return itertools.product(paths, set(wanted) | ({'m'} if paths and '.so' in paths[0] else set()))
    return itertools.product(paths, 'w') if call['name'] in WRITES else ()


def main():
    with open(sys.argv[1], encoding='utf-8') as file:
        allowed, denied = read_profile(file)
    refused, count = set(), 0
    with open(sys.argv[2], encoding='utf-8', errors='replace') as file:
        for call in filter(None, map(CALL.match, file)):
            if int(call['result']) < 0:
                continue
            for path, permission in needs(call):
                count += 1
                given = any(permission in perms and rule.fullmatch(path) for rule, perms in allowed)
                taken = any(permission in perms and rule.fullmatch(path) for rule, perms in denied)
                if not given or taken:
                    refused.add(f'{path} {permission}')
    print(f'# {count} uses of files, {len(allowed)} rules')
    for line in sorted(refused):
        print(line)
    return 1 if refused or count == 0 or not allowed else 0


sys.exit(main())
