"""SPF records that are made up, from a seed: terms that are right, nearly right and wrong."""

import random

DOMAINS = """
example.jp _spf.example.co.jp mail-out.example.ne.jp. spf.protection.example.com
%{i}._ip.%{h}._ehlo.%{d}._spf.example.com %{ir}.%{v}._spf.%{d2} %{d} %{o} %{l1r-}.x.jp
%{d1r}.example.org %{S}.example %%.example.com a%_b.example %-.example
""".split()
BAD_DOMAINS = """
museum museum. 1.2.3.4 example.123 example.-jp example.jp- example..  %{x}.jp %{d0}.jp
%{d2 %d.jp %(d).jp %{d2x}.jp foo%.jp . .. .jp %{c}.jp %{d}. %{d}/24x a:b @.jp ex_ample.j_p %
%{r}.example %{t}.example %{d*}.example.com %{}.jp example.jp% %{i}.1 example.jp/ %{d}jp
""".split()
IP4 = "192.0.2.1 192.0.2.0/24 198.51.100.7/32 0.0.0.0/0 10.0.0.0/8".split()
BAD_IP4 = """
192.0.2 192.0.2.256 192.0.2.1/33 192.0.2.1/024 192.0.2.1/ 192.0.02.1 1.2.3.4.5 example.jp
192.0.2.0-192.0.2.9 192.0.2.*/24 2001:db8::1 192.0.2.1//24 192.0.2.1/-1 %{i} 192.0.2.1/2a
""".split()
IP6 = """
2001:db8::1 2001:db8::/32 ::1 :: ::/0 1:2:3:4:5:6:7:8 1:2:3:4:5:6:192.0.2.1 ::ffff:192.0.2.1/96
2001:DB8:0:0::/64 1:2:3:4:5:6:7:: ::2:3:4:5:6:7:8 fe80::1/128
""".split()
BAD_IP6 = """
2001:db8::1::2 2001:db8 12345::1 2001:db8::1/129 2001:db8::/064 2001:db8::/ 192.0.2.1 ::g :1 1:
1:2:3:4:5:6:7:8:9 1:2:3:4:5:6:7 1:2:3:4:5:6:7:192.0.2.1 ::192.0.2.256 1:2:3:4::5:6:7:8 [::1] :::
""".split()
CIDR = ["", "", "", "/24", "/0", "/32", "//64", "//0", "//128", "/24//64"]
BAD_CIDR = ["/33", "/", "//", "/024", "//129", "/24/64", "///64", "/24//", "//64/24", "/a", "/24/"]
MODIFIERS = ["moo=cow", "v=spf1", "x-1_.y=%{d}%%", "a=b", "unknown=", "all=-", "m=a=b:c/d"]
BAD_MODIFIERS = ["moo=%", "moo=%{x}", "1x=y", "=y", "-moo=cow", "moo=%{d", "_x=1", "moo =cow", "x=%{d0}"]
ODD = """
-ALL +all ~All ?aLL all:jp all/8 all. -all; -all, --all all- ip4 ip6 include exists include: exists: ptr:
a: mx: ip4: ip6: mx/24: include/24 exists:x.jp/24 ptr/24 ptr:x.jp/24 ip4=192.0.2.1 include=x.jp foo foo:bar
-foo ip:192.0.2.1 ipv4:192.0.2.1 + - v=spf1 spf2.0/pra redirect:x.jp exp:x.jp redirect exp= redirect= -redirect=x.jp
default=deny a.b mx.x.jp all= -include:x.jp ?include:x.jp .
""".split()


def domain(rng):
    return rng.choice(DOMAINS if rng.random() < 0.85 else BAD_DOMAINS)


def pick(rng, good, bad):
    return rng.choice(good if rng.random() < 0.85 else bad)


def term(rng):
    kind = rng.randrange(14)
    name = rng.choice("+-~?") if rng.random() < 0.2 else ""
    if kind < 3:
        return name + "ip4:" + pick(rng, IP4, BAD_IP4)
    if kind < 5:
        return name + "ip6:" + pick(rng, IP6, BAD_IP6)
    if kind < 8:
        argument = ":" + domain(rng) if rng.random() < 0.6 else ""
        return name + rng.choice(["a", "mx", "A", "Mx"]) + argument + pick(rng, CIDR, BAD_CIDR)
    if kind < 10:
        return name + rng.choice(["include:", "exists:", "Include:"]) + domain(rng)
    if kind == 10:
        return name + "ptr" + (":" + domain(rng) if rng.random() < 0.5 else "")
    if kind == 11:
        return rng.choice(["redirect=", "exp=", "Redirect="]) + domain(rng)
    if kind == 12:
        return pick(rng, MODIFIERS, BAD_MODIFIERS)
    return rng.choice(ODD)


def mutate(rng, text):
    at = rng.randrange(6, len(text) + 1)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + rng.choice("%{}/:=.-_ 019aZ~\"\\,;@") + text[at:]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2:
        return text[:at]
    return text[:at] + " " + text[at:]


def record(rng):
    text = "v=spf1"
    for _ in range(rng.choice([0, 1, 1, 2, 2, 3, 4, 6])):
        text += " " * rng.choice([1, 1, 1, 1, 1, 2, 3]) + term(rng)
    text += rng.choice(["", " -all", " ~all", " ?all", " -all ", "  "])
    if rng.random() < 0.15:
        text = mutate(rng, text)
    return text


def records(seed, count, texts=()):
    """As many different records that one would select, those given among them."""
    rng = random.Random(seed)
    texts = set(texts)
    while len(texts) < count:
        texts.add(record(rng))
    return sorted(t for t in texts if t == "v=spf1" or t.lower().startswith("v=spf1 "))
