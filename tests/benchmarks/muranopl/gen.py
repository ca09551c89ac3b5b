"""Inputs of the MuranoPL benchmark that are too big to keep as files.

Everything here is plain data: no engine is imported, nothing is random, the
same call always gives the same output.
"""

import os


def _ident(kind, number):
    return f"{kind}{number:030x}"


def site_model(apps):
    """A model without native classes: one site, `apps` applications.

    Each application owns a server, each server owns a link in one case of ten,
    and each application but the first refers to the previous one by id.
    """

    def head(cls, ident, name):
        return {"type": "bench.model." + cls, "id": ident, "name": name}

    out = []
    for i in range(apps):
        server = {
            "?": head("Server", _ident("5e", i), None),
            "name": f"server-{i}",
            "flavor": "m1.tiny" if i % 2 else "m1.large",
            "image": f"image-{i % 7}",
            "volumes": [{"size": 1 + i % 5, "device": "vdb"}],
            "networks": {"useEnvironment": True, "custom": [], "primary": _ident("11", 0)},
        }
        if i % 10 == 9:
            server["networks"]["custom"] = [
                {
                    "?": head("Link", _ident("12", i), None),
                    "name": f"link-{i}",
                    "cidr": f"10.1.{i % 250}.0/24",
                }
            ]
        out.append(
            {
                "?": head("App", _ident("a0", i), f"app {i}"),
                "name": f"app-{i}",
                "server": server,
                "neighbour": _ident("a0", i - 1) if i else None,
                "settings": {
                    "host": f"h{i}.example.org",
                    "port": 1000 + i,
                    "flags": [True, False],
                },
                "labels": {"tier": "web", "index": str(i)},
            }
        )
    return {
        "?": head("Site", _ident("51", 0), "site"),
        "name": "bench",
        "defaults": {
            "region": "one",
            "link": {"?": head("Link", _ident("11", 0), None), "name": "main"},
        },
        "apps": out,
    }


def environment_model(apps):
    """A model of the core library: io.murano.Environment with `apps`
    single-server applications, each with a LinuxMuranoInstance."""
    out = []
    for i in range(apps):
        out.append(
            {
                "?": {"type": "bench.apps.OneServer", "id": _ident("b0", i), "name": f"app {i}"},
                "title": f"app-{i}",
                "instance": {
                    "?": {
                        "type": "io.murano.resources.LinuxMuranoInstance",
                        "id": _ident("b1", i),
                        "name": None,
                    },
                    "name": f"vm{i}",
                    "flavor": "m1.small",
                    "image": "debian",
                    "keyname": None,
                    "assignFloatingIp": False,
                },
            }
        )
    return {
        "?": {"type": "io.murano.Environment", "id": _ident("e0", 0), "name": "bench"},
        "name": "bench",
        "region": None,
        "defaultNetworks": {
            "environment": {"io.murano.resources.NeutronNetwork": {"name": "bench-network"}},
            "flat": None,
        },
        "applications": out,
    }


_CLASS = """Namespaces:
  =: bench.lib
  std: io.murano
  m: io.murano.metadata
  mf: io.murano.metadata.forms

Name: C{num:03d}
Extends: {base}

Meta:
  - m:Title:
      text: 'Class {num}'
  - mf:Section:
      name: general
      title: 'General {num}'
      index: 1

Properties:
  name{num}:
    Contract: $.string().notNull()
    Meta:
      - m:Title:
          text: 'Name {num}'
      - mf:Position:
          section: general
          index: 1
  size{num}:
    Contract: $.int().notNull().check($ >= 1 and $ < 100)
    Default: {size}
  tags{num}:
    Contract: [$.string().notNull()]
    Default: []
  options{num}:
    Contract:
      host: $.string().notNull()
      port: $.int()
      $.string().notNull(): $.bool()
    Default:
      host: localhost
      port: {port}
  kind{num}:
    Contract: $.string().notNull().check($ in [small, medium, large])
    Default: small
  peer{num}:
    Contract: $.class({peer})
  state{num}:
    Contract: $.string()
    Usage: Out

Methods:
  .init:
    Body:
      - $.state{num}: fresh
  total{num}:
    Scope: Public
    Arguments:
      - extra:
          Contract: $.int().notNull()
          Default: 1
    Body:
      - $sum: $.size{num} + $extra
      - If: $sum > 10 and len($.tags{num}) > 0
        Then:
          - $sum: $sum * 2
        Else:
          - $sum: $sum + $.options{num}.get(port, 0)
      - Return: $sum
  describe{num}:
    Body:
      - $rows: $.tags{num}.where($ != null).select($ + '-' + str($this.size{num}))
      - For: row
        In: $rows
        Do:
          - $.state{num}: $.state{num} + $row
      - Return: list($.name{num}, $rows.join(','), $.options{num}.items().len())
  render{num}:
    Scope: Public
    Body:
      - $template:
          resources:
            $.name{num} + '-server':
              type: 'OS::Nova::Server'
              properties:
                flavor: $.kind{num}
                count: $.size{num}
      - Try:
          - $.total{num}(2)
        Catch:
          With: failure
          As: e
          Do:
            - Throw: failure
              Message: $e.message
      - Return: $template
"""


def write_library(target, classes=300):
    """Write the package bench.lib with `classes` classes into `target`.

    Classes come in chains of five, so the deepest has four ancestors of its
    own and inherits about 35 properties.
    """
    folder = os.path.join(target, "bench.lib")
    os.makedirs(os.path.join(folder, "Classes"), exist_ok=True)
    names = []
    for num in range(classes):
        text = _CLASS.format(
            num=num,
            base=f"C{num - 1:03d}" if num % 5 else "std:Object",
            size=1 + num % 50,
            port=1000 + num,
            peer=f"C{num - num % 5:03d}",
        )
        with open(os.path.join(folder, "Classes", f"C{num:03d}.yaml"), "w") as out:
            out.write(text)
        names.append(f"bench.lib.C{num:03d}")
    with open(os.path.join(folder, "manifest.yaml"), "w") as out:
        out.write(
            "Format: 1.4\nType: Library\nFullName: bench.lib\n"
            "Name: Engine benchmark, synthetic library\nClasses:\n"
        )
        for name in names:
            out.write("  {}: {}.yaml\n".format(name, name.rsplit(".", 1)[1]))
    return names
