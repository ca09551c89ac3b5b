#!/usr/bin/env python3
"""Drive a Murano-compatible guest agent through its protocol, one JSON line for each case.

    agent_cases.py --broker amqp://user:pw@host:5672/vhost --queue e1-h1 --reply results

The script plays the engine: it declares the two queues (unless --no-declare), publishes plans
to the agent's queue and reads the results. After each case it sends a *fence*, an empty valid
plan; agents work in order, so all that arrived before the fence's answer belongs to the case.
A fence that is not answered means the agent is stuck or dead; --reset then starts it afresh.

Commands that the harness runs in a shell, all optional (cases that need them are skipped):
    --reset   stop the agent, forget its state, start it     (profile independent state)
    --kill    kill -9 the agent          --start  start it again on the same state
    --broker-stop, --broker-start        stop and start the broker
    --cut     close all client connections at the broker
--profile names how the agent is configured (default, dynamic, signed, tools ...); it is printed
with each line and selects what --compare reads. --scratch is a folder that the agent's scripts
can write to (same machine), for counting executions; without it such cases are skipped.
--fake-tools DIR writes stand-ins for chef-solo, berks and puppet there (put DIR on the agent's
PATH); they print their arguments and the files they were given.
"""
import argparse
import base64
import datetime
import fnmatch
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid

import kombu

from guest_agent.transports.connections import connect
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

DROP = object()
CASES = []
HEX32 = re.compile(r'^[0-9a-f]{32}$')
UTC = re.compile(r'^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$')
FLOOD = 40


def case(name, group, needs='', wait=None):
    def add(func):
        CASES.append((name, group, needs.split(), wait, func))
        return func
    return add


def one(name, group, make, needs='', wait=None):
    """A case that sends exactly one plan."""
    case(name, group, needs, wait)(lambda b: b.send(make(b) if callable(make) else make))


# ---- plans ---------------------------------------------------------------------------------

class Stamps:
    last = 0

    @classmethod
    def next(cls):
        cls.last = max(cls.last + 1, int(time.time() * 10000))
        return cls.last


def plan(**fields):
    doc = {'FormatVersion': '2.0.0', 'ID': uuid.uuid4().hex, 'Stamp': None, 'Action': 'Execute',
           'Name': 'case', 'Version': '1.0.0', 'Parameters': {}, 'Body': 'return',
           'Scripts': {}, 'Files': {}}
    doc.update(fields)
    return {k: v for k, v in doc.items() if v is not DROP}


def text(name, body):
    return {'Name': name, 'BodyType': 'Text', 'Body': body}


def b64(name, data):
    return {'Name': name, 'BodyType': 'Base64', 'Body': base64.b64encode(data).decode()}


def app(script, body='return run()', options=None, files=None, **fields):
    """A plan with one Application script called `run`."""
    entry = script if isinstance(script, dict) else text('run.sh', script)
    all_files = {'entry': entry, **(files or {})}
    scripts = {'run': {'Type': 'Application', 'Version': '1.0.0', 'EntryPoint': 'entry',
                       'Files': list(files or {}), 'Options': options or {}}}
    return plan(Body=body, Scripts=scripts, Files=all_files, **fields)


def conf(kind, entry='nginx::default', body='return run(args)', options=None, version='2.1.0',
         files=None, **fields):
    """A plan with one Chef or Puppet script."""
    files = {'cb': text('nginx/metadata.rb', 'name "nginx"\n')} if files is None else files
    scripts = {'run': {'Type': kind, 'Version': '1.0.0', 'EntryPoint': entry,
                       'Files': list(files), 'Options': options or {}}}
    return plan(FormatVersion=version, Body=body, Scripts=scripts, Files=files, **fields)


# ---- the engine's part ---------------------------------------------------------------------

class Bench:
    def __init__(self, opts):
        self.opts = opts
        self.scratch = opts.scratch
        self.sent = {}
        self.web = None
        self.key = None
        if opts.sign:
            with open(opts.sign, 'rb') as f:
                self.key = serialization.load_pem_private_key(f.read(), None)
        self.connect()

    def connect(self):
        deadline = time.time() + 60
        while True:
            try:
                self.conn = connect(self.opts.broker, options={'control': self.opts.control})
                self.conn.connect()
                break
            except OSError:
                if time.time() > deadline:
                    raise
                time.sleep(0.5)
        self.chan = self.conn.channel()
        for name in filter(None, (self.opts.queue, self.opts.reply, self.opts.dynamic)):
            if not self.opts.no_declare:
                kombu.Queue(name, kombu.Exchange('', type='direct', durable=True), name,
                            durable=True, queue_arguments={'x-expires': 86400000}
                            )(self.chan).declare()
        if self.opts.exchange:
            self.chan.queue_bind(self.opts.reply, self.opts.exchange, self.opts.reply)

    def close(self):
        try:
            self.conn.close()
        except Exception:
            pass

    def sign(self, body, salt=None, key=None):
        data = ((self.opts.queue if salt is None else salt) + body).encode()
        return (key or self.key).sign(data, padding.PKCS1v15(), hashes.SHA256())

    def send(self, doc, label='plan', message_id=None, stamp=True, signature='auto', **props):
        """Publish a plan (dict), or a body as it is (str, bytes)."""
        if isinstance(doc, dict):
            if doc.get('Stamp', 0) is None:
                doc['Stamp'] = Stamps.next()
                if not stamp:
                    del doc['Stamp']
            if message_id is None and doc.get('ID') is not None:
                message_id = str(doc['ID'])
            self.sent[str(doc.get('ID', message_id))] = label
            body = json.dumps(doc)
        else:
            body = doc
        if message_id:
            self.sent.setdefault(message_id, label)
            props['message_id'] = message_id
        headers = props.pop('headers', None) or {}
        if signature == 'auto':
            signature = self.sign(body) if self.key and isinstance(body, str) else None
        if signature is not None:
            headers['signature'] = signature
        kombu.Producer(self.chan).publish(body, exchange='', routing_key=self.opts.queue,
                                          headers=headers or None, **props)

    def fence(self):
        doc = plan()
        props = {'reply_to': self.opts.reply} if self.opts.dynamic else {}
        self.send(doc, 'fence', **props)
        return doc['ID']

    def collect(self, wait, until=None, queue=None, quiet=0.0):
        """Messages of the result queue until the answer to `until`, or for `wait` seconds."""
        got, deadline = [], time.time() + wait
        names = [queue] if queue else [q for q in (self.opts.reply, self.opts.dynamic) if q]
        queues = [kombu.Queue(n, exchange=None) for n in names]
        done = [False]

        def receive(message):
            name = self.tags.get(message.delivery_info.get('consumer_tag'), self.opts.reply)
            try:
                body = json.loads(message.body)
            except ValueError:
                body = repr(message.body)[:200]
            got.append((name, message, body))
            if isinstance(body, dict) and until and body.get('SourceID') == until:
                done[0] = True

        chan = self.conn.channel()
        self.tags = {}
        for q in queues:
            bound = q(chan)
            tag = uuid.uuid4().hex
            self.tags[tag] = q.name
            bound.consume(consumer_tag=tag, callback=receive, no_ack=True)
        while time.time() < deadline and not done[0] and len(got) < FLOOD:
            try:
                self.conn.drain_events(timeout=min(0.5, max(0.01, deadline - time.time())))
            except (socket.timeout, TimeoutError):
                pass
        end = time.time() + quiet
        while time.time() < end:
            try:
                self.conn.drain_events(timeout=0.1)
            except (socket.timeout, TimeoutError):
                pass
        chan.close()
        return got

    def path(self, name):
        return os.path.join(self.scratch, name)

    def count(self, name):
        try:
            with open(self.path(name)) as f:
                return len(f.readlines())
        except OSError:
            return 0

    def wait_for(self, name, lines=1, wait=20):
        deadline = time.time() + wait
        while self.count(name) < lines and time.time() < deadline:
            time.sleep(0.05)
        return self.count(name)

    def shell(self, which):
        command = getattr(self.opts, which)
        subprocess.run(command, shell=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=180)

    def base_url(self):
        if self.web is None:
            self.web = Web(self.scratch)
        return self.web.url

    # -- making outcomes comparable
    def tidy(self, value, depth=0):
        if isinstance(value, dict):
            return {k: self.tidy(v, depth + 1) for k, v in value.items()}
        if isinstance(value, list):
            return [self.tidy(v, depth + 1) for v in value]
        if isinstance(value, str):
            if value in self.sent:
                return '<%s>' % self.sent[value]
            if HEX32.match(value):
                return '<32 hex>'
            if UTC.match(value):
                return '<utc time>'
            for known, label in self.sent.items():
                if len(known) == 32:
                    value = value.replace(known, '<%s>' % label)
            if self.web:
                value = value.replace(self.web.url, '<http>')
            if self.scratch:
                value = value.replace(self.scratch, '<scratch>')
            value = re.sub(r'(/[\w.-]+)*/files/<', '<storage>/files/<', value)
            value = re.sub(r'\(pid[ =]\d+\)', '(pid)', value)
            value = re.sub(r'0x[0-9a-f]{6,}', '0x..', value)
            if len(value) > 600:
                value = '%s...<%d characters>' % (value[:200], len(value))
        return value

    def outcome(self, got, fence):
        answers, fenced = [], False
        for queue, message, body in got:
            if isinstance(body, dict) and fence and body.get('SourceID') == fence:
                fenced = True
                continue
            entry = {'body': self.tidy(body)}
            if queue != self.opts.reply:
                entry['queue'] = 'dynamic'
            answers.append((entry, message))
        result = {'answers': [e for e, _ in answers]}
        if len(answers) >= FLOOD - 1:
            result = {'answers': result['answers'][:1], 'flood': True}
        result['fence'] = 'answered' if fenced else 'lost'
        result['_messages'] = [m for _, m in answers]
        return result


class Web:
    """Files for Downloadable plans; a bare repository when git is installed."""

    def __init__(self, root):
        self.root = os.path.join(root, 'web')
        os.makedirs(self.root, exist_ok=True)
        with open(os.path.join(self.root, 'file.bin'), 'wb') as f:
            f.write(bytes(range(256)))
        with open(os.path.join(self.root, 'hello.sh'), 'w') as f:
            f.write('#!/bin/sh\necho downloaded\n')
        if shutil.which('git') and not os.path.exists(os.path.join(self.root, 'repo.git')):
            work = tempfile.mkdtemp()
            run = 'git -c user.name=x -c user.email=x@y '
            subprocess.run(
                'cd %s && git init -q . && echo hi > README && git add . && %s commit -qm one '
                '&& git clone -q --bare . %s/repo.git && cd %s/repo.git && git update-server-info'
                % (work, run, self.root, self.root), shell=True, stderr=subprocess.DEVNULL)
            shutil.rmtree(work)
        root_ = self.root

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *args):
                super().__init__(*args, directory=root_)

            def do_GET(self):
                if self.path.startswith('/redirect'):
                    self.send_response(302)
                    self.send_header('Location', '/file.bin')
                    self.end_headers()
                else:
                    super().do_GET()

            def log_message(self, *args):
                pass

        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = 'http://127.0.0.1:%d' % server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()


def fake_tools(folder):
    os.makedirs(folder, exist_ok=True)
    show = ('#!/bin/sh\necho "TOOL $(basename $0) $*"\nfor f in %s; do [ -f "$f" ] && '
            'echo "== $f" && cat "$f" && echo; done\n')
    tools = {'chef-solo': show % 'node.json solo.rb', 'puppet': show % 'manifest.pp hiera.yaml default.yaml',
             'berks': show % 'Berksfile'}
    for name, body in tools.items():
        path = os.path.join(folder, name)
        with open(path, 'w') as f:
            f.write(body + '[ -f fail ] && exit 4\necho "note: ERROR in a line of output"; exit 0\n')
        os.chmod(path, 0o755)


# ---- transport -----------------------------------------------------------------------------

@case('empty-plan', 'transport')
def _(b):
    b.send(plan())
    got = b.collect(15, until=list(b.sent)[-1])
    if not got:
        return None
    _, m, _ = got[0]
    keep = ('content_type', 'content_encoding', 'delivery_mode', 'priority', 'correlation_id', 'reply_to',
            'expiration', 'type', 'user_id', 'app_id', 'message_id')
    body = b.tidy(got[0][2])
    return {'answers': [{'body': body}], 'properties': b.tidy({k: m.properties[k] for k in keep if k in m.properties}),
            'content': [m.content_type, m.content_encoding], 'headers': sorted(m.headers or {}),
            'key_order': list(got[0][2]), 'exchange': m.delivery_info.get('exchange'),
            'body_starts': m.body[:18] if isinstance(m.body, str) else bytes(m.body[:18]).decode()}


one('no-files-key-stamped', 'transport', lambda b: plan(Files=DROP))


@case('ready-plan-of-reference-engine', 'transport', wait=6)
def _(b):
    b.send({'Body': 'return', 'FormatVersion': '2.0.0', 'Scripts': {}}, message_id=uuid.uuid4().hex)


@case('invalid-unstamped', 'transport', wait=6)
def _(b):
    b.send(plan(Scripts=[]), stamp=False)


for _name, _body in (('not-json', 'this is no JSON'), ('json-list', '[1, 2]'), ('json-string', '"x"'),
                     ('json-null', 'null'), ('empty-body', '')):
    one('body-' + _name, 'transport', _body)


@case('body-bytes-not-utf8', 'transport')
def _(b):
    b.send(b'\xff\xfe{"a": 1}', content_type='text/plain', content_encoding='binary', signature=None)


@case('content-type-json', 'transport')
def _(b):
    b.send(json.dumps(plan(Stamp=Stamps.next())), content_type='application/json', content_encoding='utf-8')


@case('content-type-octet-stream', 'transport')
def _(b):
    doc = json.dumps(plan(Stamp=Stamps.next()))
    b.send(doc.encode(), content_type='application/octet-stream', content_encoding='binary',
           signature=b.sign(doc) if b.key else None)


def poison(name, body, **props):
    """A message that a library may refuse to decode: is it still in the queue once the agent is gone?"""
    @case(name, 'transport', 'kill reset', wait=8)
    def _(b):
        b.send(body, signature=None, **props)

        def left():
            b.shell('kill')
            time.sleep(1)
            return {'fence': 'either', 'left_in_queue': b.chan.queue_declare(b.opts.queue, passive=True).message_count > 0}
        return left


poison('content-type-json-malformed', '{not json', content_type='application/json', content_encoding='utf-8')
poison('content-type-pickle', b'cos\n', content_type='application/x-python-serialize', content_encoding='binary')
poison('text-wrong-charset', b'\xff\xfe', content_type='text/plain', content_encoding='utf-8')


@case('id-from-message-id', 'transport')
def _(b):
    b.send(plan(ID=DROP), message_id='msg-1')


@case('id-differs-from-message-id', 'transport')
def _(b):
    b.send(plan(), message_id='msg-2')


@case('no-id-at-all', 'transport')
def _(b):
    doc = plan(ID=DROP, Stamp=Stamps.next())
    b.send(json.dumps(doc))


@case('id-number', 'transport')
def _(b):
    b.send(plan(ID=12345))


@case('id-longer-than-255', 'transport', 'reset', wait=8)
def _(b):
    """A result's message_id is an AMQP short string."""
    b.send(plan(ID='x' * 300), message_id='short')


@case('unknown-fields', 'transport')
def _(b):
    b.send(plan(Foo=1, Accepts=['progress'], Timeout=30, Idempotent=True))


@case('action-other', 'transport')
def _(b):
    b.send(plan(Action='Nonsense'))


@case('two-plans-in-order', 'transport')
def _(b):
    for i in range(5):
        b.send(plan(Body='return %d' % i), 'plan%d' % i)


@case('headers-odd', 'transport')
def _(b):
    b.send(plan(), headers={'x': 1, 'signature2': 'y'})


@case('priority-and-expiration', 'transport')
def _(b):
    b.send(plan(), expiration=60, priority=3)


@case('reply-to-property', 'reply-to')
def _(b):
    b.send(plan(), reply_to=b.opts.dynamic or 'elsewhere')


@case('reply-to-field', 'reply-to')
def _(b):
    b.send(plan(ReplyTo=b.opts.dynamic or 'elsewhere'))


@case('reply-to-field-and-property', 'reply-to')
def _(b):
    b.send(plan(ReplyTo=b.opts.dynamic or 'elsewhere'), reply_to=b.opts.reply)


@case('reply-to-on-error-result', 'reply-to')
def _(b):
    b.send(plan(Body='raise ValueError("x")', ReplyTo=b.opts.dynamic or 'elsewhere'))


@case('reply-to-on-validation-error', 'reply-to')
def _(b):
    b.send(plan(Scripts=[], ReplyTo=b.opts.dynamic or 'elsewhere'))


# ---- stamps and repeats --------------------------------------------------------------------

@case('stamp-equal', 'stamp', 'scratch')
def _(b):
    s = Stamps.next()
    for i in range(2):
        b.send(app('#!/bin/sh\necho x >> %s\n' % b.path('stamp-equal'), Stamp=s), 'plan%d' % i)
    return lambda: {'ran': b.count('stamp-equal')}


@case('stamp-older', 'stamp', 'scratch')
def _(b):
    for i, s in enumerate((Stamps.next() + 50, Stamps.next())):
        Stamps.last = max(Stamps.last, s)
        b.send(app('#!/bin/sh\necho x >> %s\n' % b.path('stamp-older'), Stamp=s), 'plan%d' % i)
    return lambda: {'ran': b.count('stamp-older')}


one('stamp-absent', 'stamp', lambda b: plan(Stamp=DROP))
one('stamp-negative', 'stamp', lambda b: plan(Stamp=-5))
one('stamp-zero', 'stamp', lambda b: plan(Stamp=0))
one('stamp-string', 'stamp', lambda b: plan(Stamp='123'))
one('stamp-float', 'stamp', lambda b: plan(Stamp=Stamps.next() + 0.5))
one('stamp-null', 'stamp', lambda b: json.dumps(plan()))
one('stamp-true', 'stamp', lambda b: plan(Stamp=True))


@case('same-id-twice-stamped', 'stamp', 'scratch')
def _(b):
    doc = app('#!/bin/sh\necho x >> %s\necho out\n' % b.path('same-id-stamped'))
    b.send(dict(doc))
    b.send(dict(doc))
    return lambda: {'ran': b.count('same-id-stamped')}


@case('same-message-twice', 'stamp', 'scratch')
def _(b):
    doc = app('#!/bin/sh\necho x >> %s\n' % b.path('same-message'), Stamp=Stamps.next())
    b.send(doc)
    b.send(doc)
    return lambda: {'ran': b.count('same-message')}


@case('same-id-twice-unstamped', 'stamp', 'scratch')
def _(b):
    doc = app('#!/bin/sh\necho x >> %s\n' % b.path('same-id'), Stamp=DROP)
    b.send(doc)
    b.send(doc)
    return lambda: {'ran': b.count('same-id')}


# ---- signing -------------------------------------------------------------------------------

@case('signature-not-needed', 'signing', 'nokey')
def _(b):
    b.send(plan(), signature=b'\x00\x01\xff')


@case('signed-good', 'signing', 'key')
def _(b):
    b.send(plan())


@case('unsigned', 'signing', 'key')
def _(b):
    b.send(plan(), signature=None)


@case('signature-empty', 'signing', 'key')
def _(b):
    b.send(plan(), signature=b'')


@case('signature-other-key', 'signing', 'key')
def _(b):
    other = rsa.generate_private_key(65537, 2048)
    body = json.dumps(plan(Stamp=Stamps.next()))
    b.send(body, signature=b.sign(body, key=other))


@case('signature-body-only', 'signing', 'key')
def _(b):
    body = json.dumps(plan(Stamp=Stamps.next()))
    b.send(body, signature=b.sign(body, salt=''))


@case('signature-other-queue', 'signing', 'key')
def _(b):
    body = json.dumps(plan(Stamp=Stamps.next()))
    b.send(body, signature=b.sign(body, salt='e1-h2'))


@case('signature-body-changed', 'signing', 'key')
def _(b):
    body = json.dumps(plan(Stamp=Stamps.next()))
    b.send(body + ' ', signature=b.sign(body))


@case('signature-base64-text', 'signing', 'key')
def _(b):
    body = json.dumps(plan(Stamp=Stamps.next()))
    b.send(body, signature=base64.b64encode(b.sign(body)).decode())


@case('signed-non-ascii', 'signing', 'key')
def _(b):
    body = json.dumps(plan(Stamp=Stamps.next(), Name='\u00e9\u4e2d'), ensure_ascii=False)
    b.send(body)


# ---- validation ----------------------------------------------------------------------------

def script(**fields):
    doc = {'Type': 'Application', 'Version': '1.0.0', 'EntryPoint': 'entry', 'Files': [], 'Options': {}}
    doc.update(fields)
    return {k: v for k, v in doc.items() if v is not DROP}


def checked(version='2.0.0', files=None, **fields):
    return plan(FormatVersion=version, Scripts={'run': script(**fields)},
                Files={'entry': text('run.sh', 'true\n')} if files is None else files)


for _name, _plan in {
    'version-absent': lambda b: plan(FormatVersion=DROP),
    'version-1.0.0': lambda b: plan(FormatVersion='1.0.0'),
    'version-1-windows-plan': lambda b: {
        'FormatVersion': '1.0.0', 'Stamp': None, 'ID': uuid.uuid4().hex, 'RebootOnCompletion': 0,
        'Scripts': [base64.b64encode(b'function t3 { 12 }').decode()],
        'Commands': [{'Name': 't3', 'Arguments': {}}]},
    'version-2.1.0': lambda b: plan(FormatVersion='2.1.0'),
    'version-2.2.0': lambda b: plan(FormatVersion='2.2.0'),
    'version-2.2.1': lambda b: plan(FormatVersion='2.2.1'),
    'version-2.3.0': lambda b: plan(FormatVersion='2.3.0'),
    'version-3.0.0': lambda b: plan(FormatVersion='3.0.0'),
    'version-2.0': lambda b: plan(FormatVersion='2.0'),
    'version-2': lambda b: plan(FormatVersion='2'),
    'version-word': lambda b: plan(FormatVersion='abc'),
    'version-number': lambda b: plan(FormatVersion=2),
    'version-null': lambda b: plan(FormatVersion=None),
    'version-prerelease': lambda b: plan(FormatVersion='2.2.0-rc1'),
    'scripts-absent': lambda b: plan(Scripts=DROP),
    'scripts-list': lambda b: plan(Scripts=[]),
    'scripts-null': lambda b: plan(Scripts=None),
    'files-list': lambda b: plan(Files=[]),
    'files-null': lambda b: plan(Files=None),
    'options-list': lambda b: plan(Options=[]),
    'options-null': lambda b: plan(Options=None),
    'options-map': lambda b: plan(Options={'a': 1}),
    'parameters-list': lambda b: plan(Parameters=[1]),
    'parameters-null': lambda b: plan(Parameters=None),
    'parameters-absent': lambda b: plan(Parameters=DROP),
    'body-absent': lambda b: plan(Body=DROP),
    'body-null': lambda b: plan(Body=None),
    'body-empty': lambda b: plan(Body=''),
    'body-list': lambda b: plan(Body=['return 1']),
    'script-type-absent': lambda b: checked(Type=DROP),
    'script-type-number': lambda b: checked(Type=1),
    'script-type-unknown-2.0': lambda b: checked(Type='Bash'),
    'script-type-unknown-2.1': lambda b: checked('2.1.0', Type='Bash'),
    'script-type-lower': lambda b: checked(Type='application'),
    'script-chef-2.0': lambda b: checked(Type='Chef', EntryPoint='a::b'),
    'script-entry-absent': lambda b: checked(EntryPoint=DROP),
    'script-entry-map': lambda b: checked(EntryPoint={'a': 'b'}),
    'script-entry-unknown-2.0': lambda b: checked(EntryPoint='zzz'),
    'script-entry-unknown-2.1': lambda b: checked('2.1.0', EntryPoint='zzz'),
    'script-chef-no-colons': lambda b: checked('2.1.0', Type='Chef', EntryPoint='nginx'),
    'script-puppet-no-colons': lambda b: checked('2.1.0', Type='Puppet', EntryPoint='nginx'),
    'script-no-options-2.0': lambda b: checked(Options=DROP),
    'script-no-options-2.1': lambda b: checked('2.1.0', Options=DROP),
    'script-options-null-2.1': lambda b: checked('2.1.0', Options=None),
    'script-options-unknown': lambda b: checked('2.1.0', Options={'frobnicate': 1}),
    'script-not-a-map': lambda b: plan(Scripts={'run': 'run.sh'}),
    'script-files-absent': lambda b: checked(Files=DROP),
    'script-files-null': lambda b: checked(Files=None),
    'script-files-unknown': lambda b: checked(Files=['zzz']),
    'script-files-map-unknown': lambda b: checked('2.1.0', Files=[{'zzz': 'http://127.0.0.1:1/x'}]),
    'script-version-absent': lambda b: checked(Version=DROP),
    'berks-2.1': lambda b: checked('2.1.0', Type='Chef', EntryPoint='a::b', Options={'useBerkshelf': True}),
    'berks-path-2.1': lambda b: checked('2.1.0', Type='Chef', EntryPoint='a::b', Options={'berksfilePath': 'x'}),
    'berks-puppet-2.2': lambda b: checked('2.2.0', Type='Puppet', EntryPoint='a::b', Options={'useBerkshelf': True}),
    'berks-application-2.2': lambda b: checked('2.2.0', Options={'useBerkshelf': False}),
    'file-downloadable-2.0': lambda b: checked(files={
        'entry': {'Name': 'x', 'Type': 'Downloadable', 'URL': 'http://127.0.0.1:1/x'}}),
    'file-no-url': lambda b: checked('2.1.0', files={'entry': {'Name': 'x', 'Type': 'Downloadable'}}),
    'file-url-no-name': lambda b: checked('2.1.0', files={'entry': {'Type': 'Downloadable', 'URL': 'http://x/y'}}),
    'file-type-other': lambda b: checked('2.1.0', files={
        'entry': {'Name': 'x', 'Type': 'Embedded', 'URL': 'http://127.0.0.1:1/x'}}),
    'file-body-no-type': lambda b: checked(files={'entry': {'Name': 'x', 'Body': 'y'}}),
    'file-body-no-name': lambda b: checked(files={'entry': {'BodyType': 'Text', 'Body': 'y'}}),
    'file-bodytype-unknown': lambda b: checked(files={'entry': {'Name': 'x', 'BodyType': 'Hex', 'Body': 'y'}}),
    'file-bodytype-lower': lambda b: checked(files={'entry': {'Name': 'x', 'BodyType': 'text', 'Body': 'y'}}),
    'file-neither': lambda b: checked(files={'entry': {'Name': 'x'}}),
    'file-not-a-map': lambda b: checked(files={'entry': 'x'}),
    'file-unused-and-bad': lambda b: checked(files={'entry': text('run.sh', 'true\n'), 'other': {}}),
}.items():
    one(_name, 'validation', _plan)

# ---- the body ------------------------------------------------------------------------------

for _name, _body in {
    'return-nothing': 'return',
    'no-return': 'x = 1',
    'return-int': 'return 42',
    'return-float': 'return 1.5',
    'return-true': 'return True',
    'return-text': 'return "h\u00e9 \u4e2d \\n x"',
    'return-list': 'return [1, "a", None]',
    'return-tuple': 'return (1, 2)',
    'return-map': 'return {"a": {"b": 1}}',
    'return-map-int-keys': 'return {1: "a"}',
    'return-map-tuple-keys': 'return {(1, 2): "a"}',
    'return-set': 'return {1, 2}',
    'return-bytes': 'return b"x"',
    'return-nan': 'return float("nan")',
    'return-infinity': 'return float("inf")',
    'return-date': 'import datetime\nreturn datetime.datetime(2020, 1, 1)',
    'return-big-int': 'return 2 ** 70',
    'return-args': 'return args',
    'raise-value': 'raise ValueError("wrong value")',
    'raise-key': 'return {}["k"]',
    'raise-no-message': 'raise RuntimeError()',
    'raise-unicode': 'raise ValueError("h\u00e9")',
    'raise-args-pair': 'raise OSError(2, "no such thing")',
    'syntax-error': 'return (1',
    'indent-error': 'if True:\nreturn 1',
    'comment-only': '# nothing',
    'blank-lines-only': '\n\n',
    'tabs': '\tif True:\n\t\treturn "tabbed"',
    'common-indent': '      x = 1\n\n      if x:\n        return "indented"\n',
    'windows-line-ends': 'x = 1\r\nreturn x\r\n',
    'multi-line-string': 'x = """a\n  b\nc"""\nreturn x',
    'tab-inside-string': 'return "a\tb"',
    'import-and-loop': 'import json\nout = []\nfor k in sorted(args.items()):\n  out.append(k)\nreturn json.dumps(out)',
    'args-missing-attribute': 'return args.missing',
    'args-missing-item': 'return args["missing"]',
    'args-get': 'return args.get("missing", "fallback")',
    'args-attribute': 'return args.a',
    'args-nested-attribute': 'return args.nested.x',
    'args-nested-item': 'return args.nested["x"]',
    'args-iteritems': 'return list(args.nested.iteritems())',
    'args-has-key': 'return args.nested.has_key("x")',
    'args-items-name': 'return str(args.items)[:8]',
    'args-assign': 'args.z = 1\nreturn dict(args)',
    'python2-print': 'print "x"',
    'python2-unicode': 'return unicode("x")',
    'prints': 'print("to the log")\nreturn 1',
    'sees-builtins': 'return sorted(k for k in globals() if not k.startswith("__builtins"))',
    'module-name': 'return __name__',
}.items():
    one(_name, 'body', lambda b, body=_body: plan(
        Body=body, Parameters={'a': 1, 'nested': {'x': 'y'}}))


@case('state-between-plans', 'body')
def _(b):
    b.send(plan(Body='import os\nos.environ["LEFT_BEHIND"] = "yes"\nargs.x = 1\nglobal g\ng = 5\nreturn 1'), 'plan1')
    b.send(plan(Body='import os\nreturn [os.environ.get("LEFT_BEHIND"), "g" in globals()]'), 'plan2')


@case('body-sys-exit', 'body', 'reset', wait=8)
def _(b):
    b.send(plan(Body='import sys\nsys.exit(3)'))


@case('body-keyboard-interrupt', 'body', 'reset', wait=8)
def _(b):
    b.send(plan(Body='raise KeyboardInterrupt()'))


@case('body-os-exit', 'body', 'reset scratch', wait=8)
def _(b):
    b.send(plan(Body='import os\nopen(%r, "a").write("x\\n")\nos._exit(3)' % b.path('os-exit')))
    return lambda: {'ran': b.count('os-exit')}


@case('body-deep-recursion', 'body')
def _(b):
    b.send(plan(Body='def f(n):\n  return f(n + 1)\nreturn f(0)'))


# ---- the Application executor --------------------------------------------------------------

SH = '#!/bin/sh\n'
for _name, _plan in {
    'stdout-stripped': lambda b: app(SH + 'echo; echo "  a $1 b  "; echo\n', 'return run("x y")'),
    'stdout-field': lambda b: app(SH + 'echo one $#\n', 'return run("x y").stdout'),
    'no-output': lambda b: app(SH + 'true\n'),
    'stderr': lambda b: app(SH + 'echo err >&2\n'),
    'exit-3': lambda b: app(SH + 'echo out; echo err >&2; exit 3\n'),
    'exit-3-not-verified': lambda b: app(SH + 'echo out; exit 3\n', options={'verifyExitcode': False}),
    'exit-3-caught': lambda b: app(SH + 'exit 3\n', 'try:\n  run()\nexcept Exception as e:\n  return [type(e).__name__, str(e), e.error_code, e.additional_data]'),
    'exit-256': lambda b: app(SH + 'exit 256\n'),
    'killed-by-signal': lambda b: app(SH + 'kill -9 $$\n', options={'verifyExitcode': False}),
    'stdout-off': lambda b: app(SH + 'echo out\necho err >&2\n', options={'captureStdout': False}),
    'stderr-off': lambda b: app(SH + 'echo out\necho err >&2\n', options={'captureStderr': False}),
    'both-off': lambda b: app(SH + 'echo out\n', options={'captureStdout': False, 'captureStderr': False}),
    'option-as-text': lambda b: app(SH + 'echo out; exit 3\n', options={'verifyExitcode': 'false'}),
    'stdin': lambda b: app(SH + 'cat\n', 'return run("", input="from body").stdout'),
    'stdin-positional': lambda b: app(SH + 'cat\n', 'return run("", "second").stdout'),
    'stdin-bytes': lambda b: app(SH + 'cat\n', 'return run("", input=b"x").stdout'),
    'stdin-absent': lambda b: app(SH + 'readlink /proc/self/fd/0 | sed "s/[0-9]//g"\n'),
    'keyword-commandline': lambda b: app(SH + 'echo $1\n', 'return run(commandline="kw").stdout'),
    'keyword-command_line': lambda b: app(SH + 'echo $1\n', 'return run(command_line="kw").stdout'),
    'argument-number': lambda b: app(SH + 'echo $1\n', 'return run(7).stdout'),
    'argument-none': lambda b: app(SH + 'echo $1\n', 'return run(None).stdout'),
    'argument-list': lambda b: app(SH + 'echo "$@"\n', 'return run(["a", "b"]).stdout'),
    'argument-quoting': lambda b: app(SH + 'for a; do echo "[$a]"; done\n', 'return run("\'a b\' \\"c d\\" e\\\\ f \'\'").stdout'),
    'argument-shell-meta': lambda b: app(SH + 'echo "$1"\n', 'return run("a; echo second; echo $((1+1)) | cat").stdout'),
    'argument-glob-env': lambda b: app(SH + 'echo "$@"\n', 'return run("* ${HOME:+home}").stdout'),
    'argument-newline': lambda b: app(SH + 'echo "$@"\n', 'return run("a\\necho b").stdout'),
    'argument-unicode': lambda b: app(SH + 'echo "$1"\n', 'return run("h\u00e9").stdout'),
    'named-function': lambda b: app(SH + 'echo $1\n', 'return run.install("arg").stdout'),
    'called-twice': lambda b: app(SH + 'echo $1; touch left-$1; ls | sort | tr "\\n" " "\n', 'return [run("1").stdout, run("2").stdout]'),
    'cwd-and-files': lambda b: app(SH + 'basename "$PWD"; ls -1 | sort; cat a/b/c.txt data.txt\n', files={
        'f2': text('a/b/c.txt', 'deep\n'), 'f3': text('data.txt', 'flat\n')}),
    'file-modes': lambda b: app(SH + 'stat -Lc "%a %F" run.sh data.txt .\nstat -c "%F" run.sh data.txt\n', files={'f3': text('data.txt', 'x')}),
    'environment-names': lambda b: app(SH + 'env | cut -d= -f1 | grep -c . >/dev/null; env | grep -i -c -e secret -e passw -e amqp\n', options={'verifyExitcode': False}),
    'umask-user-tty': lambda b: app(SH + 'umask; id -u; tty\n', options={'verifyExitcode': False}),
    'own-process-group': lambda b: app(SH + 'p=$(ps -o pgid= -p $$ | tr -d " "); a=$(ps -o pgid= -p $PPID | tr -d " "); [ "$p" = "$a" ] && echo same || echo own\n'),
    'interpreter-python': lambda b: app('#!/usr/bin/env python3\nimport sys\nprint(sys.argv[1:])\n', 'return run("a b").stdout'),
    'no-shebang': lambda b: app('echo plain $1\n', 'return run("x").stdout'),
    'shebang-crlf': lambda b: app('#!/bin/sh\r\necho x\r\n'),
    'shebang-missing-interpreter': lambda b: app('#!/no/such/interpreter\n'),
    'byte-order-mark': lambda b: app('\ufeff#!/bin/sh\necho bom\n'),
    'script-unicode': lambda b: app(SH + 'echo "h\u00e9 \u4e2d"\n'),
    'output-not-utf8': lambda b: app(SH + 'printf "\\377\\376ok"\n'),
    'output-nul': lambda b: app(SH + 'printf "a\\000b"\n'),
    'output-crlf': lambda b: app(SH + 'printf "a\\r\\nb\\rc"\n'),
    'output-escape': lambda b: app(SH + 'printf "\\033[1mbold\\033[0m"\n'),
    'output-1mib': lambda b: app(SH + 'head -c 1048576 /dev/zero | tr "\\000" x\n', 'return len(run().stdout)'),
    'output-1mib-returned': lambda b: app(SH + 'head -c 1048576 /dev/zero | tr "\\000" x\n', 'return run().stdout'),
    'background-holds-pipe': lambda b: app(SH + 'sleep 4 &\necho started\n', 'import time\nt = time.time()\nrun()\nreturn "waited" if time.time() - t > 3 else "at once"'),
    'background-detached': lambda b: app(SH + 'sleep 4 >/dev/null 2>&1 &\necho started\n', 'import time\nt = time.time()\nrun()\nreturn "waited" if time.time() - t > 3 else "at once"'),
    'pipe-signal': lambda b: app(SH + 'yes | head -1\n'),
    'result-is-map-and-object': lambda b: app(SH + 'echo x\n', 'r = run()\nreturn [r.stdout, r["stdout"], r.exitCode, sorted(r)]'),
    'entry-listed-in-files-too': lambda b: plan(Body='return run().stdout', Scripts={
        'run': script(Files=['entry'])}, Files={'entry': text('run.sh', SH + 'echo both\n')}),
    'two-scripts-share-file': lambda b: plan(
        Body='return [one().stdout, two().stdout]',
        Scripts={'one': script(EntryPoint='e1', Files=['shared']), 'two': script(EntryPoint='e2', Files=['shared'])},
        Files={'e1': text('one.sh', SH + 'cat s; echo changed > s\n'), 'e2': text('two.sh', SH + 'cat s\n'),
               'shared': text('s', 'original\n')}),
    'one-entry-two-names': lambda b: plan(
        Body='return [one("1").stdout, two("2").stdout]', Scripts={'one': script(), 'two': script()},
        Files={'entry': text('run.sh', SH + 'basename $PWD; echo $1\n')}),
    'script-never-called': lambda b: plan(Body='return 1', Scripts={'run': script()}, Files={'entry': text('run.sh', SH + 'exit 1\n')}),
    'script-named-args': lambda b: plan(Body='return str(type(args).__name__)', Parameters={'a': 1}, Scripts={'args': script()}, Files={'entry': text('run.sh', 'true\n')}),
    'script-name-not-identifier': lambda b: plan(Body='return globals()["my-run"]().stdout', Scripts={'my-run': script()}, Files={'entry': text('run.sh', SH + 'echo dash\n')}),
    'two-files-same-name': lambda b: app(SH + 'cat d\n', files={'f1': text('d', 'first'), 'f2': text('d', 'second')}),
    'name-with-space': lambda b: app(text('my run.sh', SH + 'echo space\n')),
    'name-with-quote': lambda b: app(text('a"b.sh', SH + 'echo quote\n')),
    'name-with-dollar': lambda b: app(text('a$(echo x).sh', SH + 'echo dollar\n')),
    'entry-in-folder': lambda b: app(text('bin/run.sh', SH + 'basename "$PWD"; ls\n'), files={'f2': text('data', 'x')}),
}.items():
    one(_name, 'execution', _plan)

# ---- files ---------------------------------------------------------------------------------

one('base64-text', 'files', lambda b: app(SH + 'cat f\n', files={'f': b64('f', 'h\u00e9 text'.encode())}))
one('base64-all-bytes', 'files', lambda b: app(SH + 'sha256sum < f | cut -c1-16\n', files={'f': b64('f', bytes(range(256)))}))
one('base64-line-breaks', 'files', lambda b: app(SH + 'wc -c < f\n', files={
    'f': {'Name': 'f', 'BodyType': 'Base64', 'Body': base64.encodebytes(b'x' * 300).decode() + '\n'}}))
one('base64-not-base64', 'files', lambda b: app(SH + 'cat f\n', files={'f': {'Name': 'f', 'BodyType': 'Base64', 'Body': '%%%'}}))
one('base64-crlf-kept', 'files', lambda b: app(SH + 'od -c f | head -1\n', files={'f': b64('f', b'a\r\nb')}))
one('text-crlf-kept', 'files', lambda b: app(SH + 'od -c f | head -1\n', files={'f': text('f', 'a\r\nb')}))
one('text-unicode', 'files', lambda b: app(SH + 'wc -c < f\n', files={'f': text('f', '\u00e9\u4e2d')}))
one('text-empty', 'files', lambda b: app(SH + 'wc -c < f\n', files={'f': text('f', '')}))
one('text-null', 'files', lambda b: app(SH + 'wc -c < f\n', files={'f': text('f', None)}))
one('text-number', 'files', lambda b: app(SH + 'cat f\n', files={'f': text('f', 5)}))
one('name-empty', 'files', lambda b: app(SH + 'ls\n', files={'f': text('', 'x')}))
one('name-dot', 'files', lambda b: app(SH + 'ls\n', files={'f': text('.', 'x')}))
one('name-folder-slash', 'files', lambda b: app(SH + 'ls\n', files={'f': text('dir/', 'x')}))
one('name-twice-folder', 'files', lambda b: app(SH + 'cat d/a d/b\n', files={'f': text('d/a', '1'), 'g': text('d/b', '2')}))


def escape(name, make):
    @case(name, 'files', 'scratch')
    def _(b):
        target = b.path(name)
        b.send(make(b, target))
        return lambda: {'outside_written': os.path.lexists(target)}


escape('name-absolute', lambda b, t: app(SH + 'true\n', files={'f': text(t, 'x')}))
escape('name-dotdot', lambda b, t: app(SH + 'true\n', files={'f': text('../' * 30 + t.lstrip('/'), 'x')}))
escape('file-id-absolute', lambda b, t: app(SH + 'true\n', files={t: text('f', 'x')}))
escape('file-id-dotdot', lambda b, t: app(SH + 'true\n', files={'../' * 30 + t.lstrip('/'): text('f', 'x')}))
escape('script-name-absolute', lambda b, t: plan(
    Body='return globals()[%r]().stdout' % t, Scripts={t: script()}, Files={'entry': text('run.sh', SH + 'pwd\n')}))
escape('plan-id-dotdot', lambda b, t: app(SH + 'true\n', ID='../' * 30 + t.lstrip('/')))


@case('plan-id-removes-folder', 'files', 'scratch')
def _(b):
    victim = b.path('victim')
    os.makedirs(victim, exist_ok=True)
    open(os.path.join(victim, 'precious'), 'w').close()
    b.send(plan(ID=victim))
    return lambda: {'victim_left': os.path.exists(os.path.join(victim, 'precious'))}


one('file-id-slash', 'files', lambda b: app(SH + 'cat f\n', files={'a/b': text('f', 'x')}))
one('file-id-equals-script-name', 'files', lambda b: app(SH + 'cat f\n', files={'run': text('f', 'x')}))


@case('working-folder-removed', 'files')
def _(b):
    b.send(app(SH + 'pwd -P\n', 'return run().stdout', Name='where'))


def download(name, make, body='return run().stdout', fresh=False):
    @case(name, 'files', 'scratch reset' if fresh else 'scratch')
    def _(b):
        if fresh:
            b.shell('reset')
        url = b.base_url()
        files = make(url)
        b.send(plan(FormatVersion='2.1.0', Body=body, Scripts={'run': script(Files=list(files))}, Files={
            'entry': text('run.sh', SH + 'find -L . -type f -not -path "*/.git/*" | sort; for f in got/file.bin got; do '
                          '[ -f "$f" ] && sha256sum < "$f" | cut -c1-16; done; true\n'), **files}))


def url_file(url, name='got'):
    return {'d': {'Name': name, 'Type': 'Downloadable', 'URL': url}}


download('download-file', lambda u: url_file(u + '/file.bin'))
download('download-query', lambda u: url_file(u + '/file.bin?a=1'))
download('download-redirect', lambda u: url_file(u + '/redirect/x'))
download('download-404', lambda u: url_file(u + '/missing.bin'))
download('download-refused', lambda u: url_file('http://127.0.0.1:9/x'))
download('download-bad-url', lambda u: url_file('no url at all'))
download('download-file-scheme', lambda u: url_file('file:///etc/hostname'))
download('download-git', lambda u: url_file(u + '/repo.git'))
download('download-git-plus', lambda u: url_file('git+' + u + '/repo.git'))
download('download-git-fresh-agent', lambda u: url_file(u + '/repo.git'), fresh=True)
download('download-git-plus-fresh-agent', lambda u: url_file('git+' + u + '/repo.git'), fresh=True)
download('download-svn-fresh-agent', lambda u: url_file(u + '/svn/x'), fresh=True)
download('download-refused-fresh-agent', lambda u: url_file('http://127.0.0.1:9/x'), fresh=True)
download('download-git-missing', lambda u: url_file(u + '/none.git'))
download('download-svn', lambda u: url_file(u + '/svn/x'))
download('download-name-with-folder', lambda u: url_file(u + '/file.bin', 'sub/dir/got'))


@case('download-as-entry', 'files', 'scratch')
def _(b):
    b.send(plan(FormatVersion='2.1.0', Body='return run().stdout', Scripts={'run': script()},
                Files={'entry': {'Name': 'hello.sh', 'Type': 'Downloadable', 'URL': b.base_url() + '/hello.sh'}}))


@case('download-map-in-script', 'files', 'scratch')
def _(b):
    u = b.base_url() + '/file.bin'
    b.send(plan(FormatVersion='2.1.0', Body='return run().stdout',
                Scripts={'run': script(Files=[{'got': u}])},
                Files={'entry': text('run.sh', SH + 'ls\n'), 'got': {'Name': 'got', 'Type': 'Downloadable', 'URL': u}}))


# ---- Chef and Puppet -----------------------------------------------------------------------

for _kind in ('Chef', 'Puppet'):
    _k = _kind.lower()
    one(_k + '-runs', 'executors', lambda b, k=_kind: conf(k, Parameters={'port': 80, 'name': 'x'}))
    one(_k + '-no-attributes', 'executors', lambda b, k=_kind: conf(k, body='return run()'))
    one(_k + '-text-attributes', 'executors', lambda b, k=_kind: conf(k, body='return run("a=1")'))
    one(_k + '-empty-recipe', 'executors', lambda b, k=_kind: conf(k, entry='nginx::'))
    one(_k + '-nested-recipe', 'executors', lambda b, k=_kind: conf(k, entry='a::b::c'))
    one(_k + '-no-files', 'executors', lambda b, k=_kind: conf(k, files={}))
    one(_k + '-stdout-off', 'executors', lambda b, k=_kind: conf(k, options={'captureStdout': False}))
    one(_k + '-not-verified', 'executors', lambda b, k=_kind: conf(k, options={'verifyExitcode': False}))
    one(_k + '-twice', 'executors', lambda b, k=_kind: conf(k, body='run({"a": 1})\nreturn run({"b": 2}).stdout'))
for _kind in ('Chef', 'Puppet'):
    @case(_kind.lower() + '-fresh-agent', 'executors', 'reset')
    def _(b, kind=_kind):
        b.shell('reset')
        b.send(conf(kind, Parameters={'port': 80}))
one('chef-berks-missing-file', 'executors', lambda b: conf('Chef', version='2.2.0', options={'useBerkshelf': True}))
one('chef-berks', 'executors', lambda b: conf('Chef', version='2.2.0', options={'useBerkshelf': True}, files={
    'cb': text('nginx/metadata.rb', ''), 'bf': text('nginx/Berksfile', 'source "x"\n')}))
one('chef-berks-path', 'executors', lambda b: conf('Chef', version='2.2.0', options={'useBerkshelf': True, 'berksfilePath': 'other/B'}, files={
    'cb': text('nginx/metadata.rb', ''), 'bf': text('other/B', 'source "x"\n')}))
one('chef-after-application', 'executors', lambda b: plan(
    FormatVersion='2.1.0', Body='a()\nreturn run({"x": 1}).stdout',
    Scripts={'a': script(), 'run': script(Type='Chef', EntryPoint='nginx::default', Files=['cb'])},
    Files={'entry': text('run.sh', SH + 'true\n'), 'cb': text('nginx/metadata.rb', '')}))

# ---- journal and restart -------------------------------------------------------------------

SLOW = SH + 'echo started >> %s\nsleep %s\necho done >> %s\necho finished\n'


def slow(b, name, seconds=4):
    return app(SLOW % (b.path(name), seconds, b.path(name + '.done')))


def ran(b, name):
    return lambda: {'started': b.count(name), 'finished': b.count(name + '.done')}


@case('killed-while-running', 'restart', 'kill start scratch', wait=25)
def _(b):
    b.send(slow(b, 'killed-running'))
    b.wait_for('killed-running')
    b.shell('kill')
    time.sleep(1)
    b.shell('start')
    return ran(b, 'killed-running')


@case('killed-while-running-unstamped', 'restart', 'kill start scratch', wait=25)
def _(b):
    doc = slow(b, 'killed-unstamped')
    del doc['Stamp']
    b.send(doc)
    b.wait_for('killed-unstamped')
    b.shell('kill')
    time.sleep(1)
    b.shell('start')
    return ran(b, 'killed-unstamped')


@case('killed-while-running-second-queued', 'restart', 'kill start scratch', wait=25)
def _(b):
    b.send(slow(b, 'killed-second'), 'plan1')
    b.send(plan(Body='return "second"'), 'plan2')
    b.wait_for('killed-second')
    b.shell('kill')
    time.sleep(1)
    b.shell('start')
    return ran(b, 'killed-second')


@case('sent-while-agent-down', 'restart', 'kill start scratch', wait=20)
def _(b):
    b.shell('kill')
    b.send(app(SH + 'echo x >> %s\n' % b.path('while-down')))
    time.sleep(1)
    b.shell('start')
    return lambda: {'ran': b.count('while-down')}


@case('reboot-from-script', 'restart', 'kill start scratch', wait=20)
def _(b):
    """A script that ends the agent's machine: the agent dies while it waits for the script."""
    b.send(app(SH + 'echo x >> %s\nsleep 2\n' % b.path('reboot')))
    b.wait_for('reboot')
    b.shell('kill')
    time.sleep(3)
    b.shell('start')
    return lambda: {'ran': b.count('reboot')}


# ---- faults of the broker ------------------------------------------------------------------

@case('result-queue-missing', 'faults', '', wait=8)
def _(b):
    chan = b.conn.channel()
    chan.queue_delete(b.opts.reply)
    chan.close()
    b.send(plan(Body='return "to nobody"'))
    time.sleep(3)
    b.close()
    b.connect()


@case('input-queue-recreated', 'faults', '', wait=30)
def _(b):
    chan = b.conn.channel()
    chan.queue_delete(b.opts.queue)
    chan.close()
    time.sleep(1)
    b.close()
    b.connect()
    b.send(plan(Body='return "after queue was made again"'))


@case('connection-cut-while-running', 'faults', 'cut scratch', wait=30)
def _(b):
    b.send(slow(b, 'cut'))
    b.wait_for('cut')
    b.close()
    b.shell('cut')
    time.sleep(0.5)
    b.connect()
    return ran(b, 'cut')


@case('connection-cut-while-idle', 'faults', 'cut', wait=30)
def _(b):
    b.close()
    b.shell('cut')
    time.sleep(0.5)
    b.connect()
    b.send(plan(Body='return "after the cut"'))


@case('broker-down-at-result', 'faults', 'broker_stop broker_start scratch', wait=60)
def _(b):
    b.send(slow(b, 'down', 3))
    b.wait_for('down')
    b.close()
    b.shell('broker_stop')
    b.wait_for('down.done', wait=15)
    time.sleep(3)
    b.shell('broker_start')
    b.connect()
    return ran(b, 'down')


@case('broker-and-agent-down', 'faults', 'broker_stop broker_start kill start scratch', wait=60)
def _(b):
    b.send(slow(b, 'both', 3))
    b.wait_for('both')
    b.close()
    b.shell('broker_stop')
    b.wait_for('both.done', wait=15)
    time.sleep(2)
    b.shell('kill')
    b.shell('broker_start')
    b.shell('start')
    b.connect()
    return ran(b, 'both')


@case('busy-body-40s', 'faults', 'slow', wait=90)
def _(b):
    b.send(plan(Body='import time\nt = time.time()\nwhile time.time() - t < 40: pass\nreturn "busy"'), 'plan1')
    b.send(plan(Body='return "next"'), 'plan2')


@case('sleep-130s-with-second-waiting', 'faults', 'slow', wait=200)
def _(b):
    b.send(app(SH + 'sleep 130\necho slept\n', 'return run().stdout'), 'plan1')
    b.send(plan(Body='return "next"'), 'plan2')


@case('result-over-broker-limit', 'faults', 'limit', wait=20)
def _(b):
    b.send(plan(Body='return "x" * %d' % (b.opts.limit + 1000)), 'plan1')


# ---- running them --------------------------------------------------------------------------

def run_case(b, name, group, wait, func):
    b.sent = {}
    started = time.time()
    wait = wait or b.opts.timeout
    extra = func(b)
    if isinstance(extra, dict):
        result = extra
    else:
        fence = b.fence()
        result = b.outcome(b.collect(wait, until=fence, quiet=b.opts.quiet), fence)
        if callable(extra):
            result.update(extra())
    result.pop('_messages', None)
    result = {'case': name, 'group': group, 'profile': b.opts.profile, **result}
    if result.get('fence') == 'lost' or result.get('flood'):
        result['seconds'] = round(time.time() - started)
    return result


def recover(b):
    """Make the agent usable again after a case that left it stuck."""
    for queue in (b.opts.queue, b.opts.reply):
        try:
            b.chan.queue_purge(queue)
        except Exception:
            b.close()
            b.connect()
    if b.opts.reset:
        b.shell('reset')
        for queue in (b.opts.queue, b.opts.reply):
            b.chan.queue_purge(queue)
    b.sent = {}
    fence = b.fence()
    return bool(b.collect(30, until=fence))


def differences(mine, theirs):
    skip = ('seconds', 'profile')
    return {k: {'now': mine.get(k), 'recorded': theirs.get(k)} for k in sorted(set(mine) | set(theirs))
            if k not in skip and mine.get(k) != theirs.get(k)}


def write_record(path, store):
    """One case on a line, so that two records can be compared by eye."""
    with open(path, 'w') as f:
        f.write('{"about": %s,\n "profiles": {' % json.dumps(store['about'], indent=1, sort_keys=True))
        for i, (profile, cases) in enumerate(sorted(store['profiles'].items())):
            f.write('%s\n %s: {' % (',' if i else '', json.dumps(profile)))
            for j, (name, outcome) in enumerate(sorted(cases.items())):
                f.write('%s\n  %s: %s' % (',' if j else '', json.dumps(name), json.dumps(outcome, sort_keys=True)))
            f.write('\n }')
        f.write('\n}}\n')


def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0], epilog=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--broker', required=True)
    p.add_argument('--queue', required=True, help="the agent's input queue")
    p.add_argument('--reply', required=True, help="the agent's result queue")
    p.add_argument('--control', help='socket of a hub, instead of a broker')
    p.add_argument('--exchange', help='exchange of results, bound to the result queue')
    p.add_argument('--quiet', type=float, default=0.2, help='seconds to wait for surplus answers')
    p.add_argument('--dynamic', help='queue named in ReplyTo')
    p.add_argument('--no-declare', action='store_true')
    p.add_argument('--sign', metavar='PEM', help='private RSA key of the engine')
    p.add_argument('--profile', default='default')
    p.add_argument('--scratch')
    p.add_argument('--fake-tools')
    p.add_argument('--timeout', type=float, default=15)
    p.add_argument('--slow', action='store_true', help='run the cases that take a minute or more')
    p.add_argument('--limit', type=int, help="the broker's max_message_size, for one case")
    for command in ('reset', 'kill', 'start', 'broker-stop', 'broker-start', 'cut'):
        p.add_argument('--' + command, metavar='CMD')
    p.add_argument('--only', action='append', help='pattern over group/name; may be repeated')
    p.add_argument('--list', action='store_true')
    p.add_argument('--compare', metavar='JSON')
    p.add_argument('--record', metavar='JSON', help='merge the outcomes into this file')
    opts = p.parse_args()
    if opts.scratch:
        opts.scratch = os.path.abspath(opts.scratch)
        os.makedirs(opts.scratch, exist_ok=True)
    if opts.fake_tools:
        fake_tools(opts.fake_tools)
    chosen = [c for c in CASES if not opts.only or any(
        fnmatch.fnmatch('%s/%s' % (c[1], c[0]), pattern) for pattern in opts.only)]
    if opts.list:
        for name, group, needs, _, _ in chosen:
            print('%-11s %s %s' % (group, name, ' '.join(needs)))
        return 0
    recorded = {}
    if opts.compare:
        with open(opts.compare) as f:
            recorded = json.load(f)['profiles'].get(opts.profile, {})
    bench, outcomes, differ = Bench(opts), {}, 0
    for queue in filter(None, (opts.queue, opts.reply, opts.dynamic)):
        bench.chan.queue_purge(queue)
    have = {'key': bench.key, 'nokey': not bench.key, 'scratch': opts.scratch, 'slow': opts.slow, 'limit': opts.limit,
            **{n: getattr(opts, n) for n in ('reset', 'kill', 'start', 'broker_stop', 'broker_start', 'cut')}}
    for name, group, needs, wait, func in chosen:
        if any(not have[n] for n in needs):
            continue
        for entry in os.listdir(opts.scratch) if opts.scratch else ():
            path = os.path.join(opts.scratch, entry)
            if os.path.isdir(path) and not os.path.islink(path):
                if entry != 'web':
                    shutil.rmtree(path)
            else:
                os.unlink(path)
        try:
            result = run_case(bench, name, group, wait, func)
        except Exception as error:
            result = {'case': name, 'group': group, 'profile': opts.profile, 'harness_error': repr(error)[:300]}
            bench.close()
            bench.connect()
        outcomes[name] = result
        print(json.dumps(result, sort_keys=True), flush=True)
        if name in recorded and (diff := differences(result, recorded[name])):
            differ += 1
            print('DIFFERS %s: %s' % (name, json.dumps(diff, sort_keys=True)), file=sys.stderr)
        if (result.get('fence') in ('lost', 'either') or result.get('flood') or 'harness_error' in result
                or 'reset' in needs):
            if not recover(bench):
                print('the agent does not answer any more; stopping', file=sys.stderr)
                break
    if opts.record:
        store = {'about': {}, 'profiles': {}}
        if os.path.exists(opts.record):
            with open(opts.record) as f:
                store = json.load(f)
        store['profiles'].setdefault(opts.profile, {}).update(outcomes)
        store['about']['recorded'] = datetime.date.today().isoformat()
        write_record(opts.record, store)
    return 1 if differ else 0


if __name__ == '__main__':
    sys.exit(main())
