"""Every function of the standard library gives what the published yaql gives."""

from __future__ import annotations

from typing import Any

import pytest

CASES = """
abs(-3) | abs(2.5) | abs(true) | abs('x') | bool(0) | bool([]) | bool('a') | isBoolean(true) | isBoolean(1)
int('12') | int(null) | int(2.7) | int('x') | int([]) | float('1.5') | float(null) | float('y') | hex(255) | hex(null) | hex(1.5)
max(1, 2) | max(null, 2) | max('a', 'b') | max(1, 'a') | min(1, 2) | min(null, 2) | min(2, null) | pow(2, 10) | pow(2, 10, 7) | pow(2, -1)
sign(-2) | sign(0.5) | sign(0) | round(2.567, 2) | round(2.5) | round(1234, -2) | isInteger(1) | isInteger(true) | isInteger(1.0) | isNumber(1.5) | isNumber('1')
bitwiseAnd(6, 3) | bitwiseOr(6, 3) | bitwiseXor(6, 3) | bitwiseNot(6) | bitwiseNot(true) | shiftBitsLeft(1, 4) | shiftBitsRight(16, 2) | shiftBitsLeft(1, -1)
1 + 2 | 1 + 2.5 | 'a' + 'b' | [1] + [2] | {a => 1} + {b => 2} | 1 + 'a' | true + 1 | 5 / 2 | -5 / 2 | 5.0 / 2 | 1 / 0 | 7 mod 3 | -7 mod 3 | 2 * 3 | 'ab' * 3 | 3 * 'ab' | [1, 2] * 2 | 2 * [1] | -(-3) | +(2) | not 1 | 1 = 1.0 | 1 != 2 | true = 1 | 'a' = 'a' | [1] = [1]
1 < 2 | 2 < 1 | null < 1 | 1 < null | null < null | null <= null | null >= null | null > null | 1 > null | 'a' < 'b' | 'a' > 'b' | 'a' >= 'a' | 1 < 'a' | true < 1 | [1] < [2] | 1 <= 1.0 | {} < {}
1 in [1, 2] | 'a' in 'abc' | 3 in [1, 2] | 1 in 5 | 'a' in {a => 1}
[1, 2][0] | [1, 2][-1] | [1, 2][5] | {a => 1}[a] | {a => 1}[b] | {a => 1}[b, 3] | 'abc'[0] | [1][true]
concat('a', 'b') | concat() | 'abc'.toUpper() | 'ABC'.toLower() | toUpper('abc') | 'abc'.len() | len('abc') | 'a b  c'.split() | 'a,b,c'.split(',') | 'a,b,c'.split(',', 1) | 'a,b,c'.rightSplit(',', 1) | 'a'.split('') | 'abc'.split(maxSplits => 1)
[1, null, true, 'x'].join(',') | ','.join([1, 2]) | [1].join(1) | str(null) | str(true) | str(1.5) | str('x') | ' a '.trim() | 'xax'.trim('x') | ' a '.trimLeft() | ' a '.trimRight() | norm('  ') | norm(' a ') | norm(null) | null.norm() | ''.norm()
isEmpty('') | isEmpty(' ') | isEmpty(null) | isEmpty(' ', false) | isEmpty('x', trim => true) | 'abcabc'.replace('a', 'x') | 'abcabc'.replace('a', 'x', 1) | 'abc'.replace({a => 1, b => null}) | 'abc'.replace('', '-') | null.replace('a', 'b') | 'aXb'.replace(old => 'X', new => 'Y')
'hello'.substring(1) | 'hello'.substring(1, 2) | 'hello'.substring(-3) | 'hello'.substring(-3, 2) | 'hello'.substring(1, length => 2) | 'hello'.indexOf('l') | 'hello'.indexOf('l', 3) | 'hello'.indexOf('z') | 'hello'.indexOf('l', 0, 2) | 'hello'.indexOf('o', -2, -1) | 'hello'.lastIndexOf('l') | 'hello'.lastIndexOf('l', 0, 3)
'abc'.toCharArray() | characters(digits => true).len() | characters(octdigits => true).orderBy($) | isString('a') | isString(1) | 'abc'.startsWith('a') | 'abc'.startsWith('x', 'a') | 'abc'.startsWith() | 'abc'.endsWith('c') | 'abc'.endsWith('b')
list(1, 2) | list([1], 2) | list(range(3), 7) | list() | [1, [2, [3]]].flatten() | [{a => [1]}].flatten() | range(3).toList() | dict(a => 1, b => 2) | dict([[a, 1], [b, 2]]) | dict([[1]]) | dict() | {a => 1} | {} | {1 => 2}
[1, 2].toDict($) | [1, 2].toDict($, $ * 2) | [1, 2].toDict(keySelector => $, valueSelector => $ + 1) | {a => 1}.get(a) | {a => 1}.get(b) | {a => 1}.get(b, 7) | {a => 1}.get(key => b, default => 8) | {a => 1}.set(b, 2) | {a => 1}.set({b => 2}) | {a => 1}.set(b => 2, c => 3) | {a => 1}.set(a, 2)
{a => 1, b => 2}.keys() | {a => 1, b => 2}.values() | {a => 1}.items() | {a => 1}.containsKey(a) | {a => 1}.containsValue(2) | [1, 2].contains(2) | {a => 1}.contains(a) | {a => 1, b => 2}.delete(a) | {a => 1, b => 2}.delete(a, c) | {a => 1, b => 2}.deleteAll([a, b]) | len({a => 1}) | {a => 1}.keys().len() | {a => 1}.a | {a => 1}.b
[1, 2, 3, 4].delete(1) | [1, 2, 3, 4].delete(1, 2) | [1, 2, 3, 4].delete(1, -1) | [1, 2, 3].replace(1, 9) | [1, 2, 3].replace(1, 9, 2) | [1, 2, 3].replace(1, 9, -1) | [1, 2, 3].replaceMany(1, [8, 9]) | [1, 2, 3].replaceMany(0, [7], 2) | [1, 2].insert(1, 9) | [1, 2].insert(7, 9) | [1, 2].insert(-1, 9) | range(2).insert(1, 9) | range(2).insert(5, 9) | range(2).insertMany(1, [8, 9]) | range(2).insertMany(-1, [8, 9]) | [1].insertMany(3, [2])
set(1, 2, 1).len() | set(1, 2).union(set(2, 3)).orderBy($) | set(1, 2).intersect(set(2, 3)) | set(1, 2).difference(set(2)) | (set(1, 2) - set(2)) | set(1, 2).symmetricDifference(set(2, 3)).orderBy($) | set(1).add(2, 3).orderBy($) | set(1, 2).remove(1) | [1, 1].toSet() | isSet(set()) | set(1) < set(1, 2) | set(1) > set(1, 2) | set(1) <= set(1) | set(1, 2) >= set(1) | isList([]) | isList(set()) | isDict({}) | isDict([]) | isIterable([]) | isIterable('a') | isIterable({}) | isIterable(set())
[1, 2, 3].where($ > 1) | [1, 2, 3].filter($ = 2) | [1, 2].select($ * 2) | [1, 2].map($ + 1) | [[1], 2].selectMany($) | [1, 2].selectMany([$, $]) | [1, 2, 3].skip(1) | [1, 2, 3].limit(2) | [1, 2, 3].take(0) | [1].skip(-1) | [1].append(2, 3) | append([1], 2) | concat([1], [2]) | [1].concat([2], [3]) | [1, 2, 1].distinct() | [[1, 2], [1, 3]].distinct($[0]) | distinct([1, 1]) | [a, b].enumerate() | enumerate([a], 5)
[0, 1].any() | [0].any($ > 0) | [].any() | any([1]) | [1, 0].all() | [1].all($ > 0) | [].all() | [1, 2].count() | range(5).count() | range(5).len() | len(range(3)) | range(2).memorize() | [1, 2].sum() | [1, 2].sum(10) | [].sum() | [].sum(0) | ['a', 'b'].sum() | [1, 'a'].sum() | [[1], [2]].sum() | [1, 3, 2].max() | [1, 3, 2].min() | [].max() | [].max(0) | [1].min(initial => 0)
[1, 2].first() | [].first() | [].first(null) | [].first(7) | [1, 2].last() | [].last() | [].last(3) | range(3).last() | range(0).last(9) | [1].single() | [].single() | [1, 2].single() | range(3) | range(1, 4) | range(4, 1, -1) | range(0, 10, 3) | range('a') | sequence(1, 2).limit(3) | sequence().take(2)
[3, 1, 2].orderBy($) | [3, 1, 2].orderByDescending($) | [[1, 2], [1, 1], [0, 5]].orderBy($[0]).thenBy($[1]) | [[1, 2], [1, 1], [2, 5]].orderByDescending($[0]).thenByDescending($[1]) | [null, 1].orderBy($) | [1, 'a'].orderBy($) | ['b', 'a'].orderBy($) | [3, 1].orderBy($).first() | [2, 1].orderBy($).len()
[1, 2, 3, 4].groupBy($ mod 2) | [1, 2, 3].groupBy($ mod 2, $ * 10) | [1, 2, 3].groupBy($ mod 2, $, $.sum()) | [1, 2, 3, 4].groupBy($ mod 2, $, [$[0], $[1].sum()]) | [1].groupBy($, aggregator => $.len()) | [1, 2].zip([a, b]) | [1, 2].zip([3]) | [1, 2].zipLongest([3]) | [1, 2].zipLongest([3], default => 0) | [1, 2].join([2, 3], $1 = $2, [$1, $2]) | range(2).join(range(2), true, $1 + $2) | 1.repeat(3) | a.repeat().take(2) | [1, 2].cycle().take(5)
[1, 2, 3, 1].takeWhile($ < 3) | [1, 2, 3, 1].skipWhile($ < 3) | [1, 2].indexOf(2) | [1].indexOf(5) | [1, 2, 1].lastIndexOf(1) | [1, 2].indexWhere($ > 1) | [1, 2, 3].lastIndexWhere($ < 3) | range(5).slice(2) | [].slice(2) | [1, 0, 2, 0].splitWhere($ = 0) | [1, 2, 0, 3].splitWhere($ = 0) | [1, 1, 2, 3].sliceWhere($ mod 2) | [1, 2, 3].splitAt(1) | [1, 2, 3].aggregate($1 + $2) | [].aggregate($1 + $2) | [1, 2].reduce($1 * $2, 5) | [].reduce($1, 3) | [1, 2, 3].reverse() | range(3).reverse()
{a => 1, b => {c => 2}}.mergeWith({b => {d => 3}}) | {a => [1]}.mergeWith({a => [1, 2]}) | {a => 1}.mergeWith({a => 2}) | {a => 1}.mergeWith({a => [2]}) | {a => {b => 1}}.mergeWith({a => {c => 2}}, maxLevels => 1) | {a => {b => {x => 1}}}.mergeWith({a => {b => {y => 2}}}, maxLevels => 2) | {a => [1]}.mergeWith({a => [2]}, $1 + $2 + $2) | {a => 1}.mergeWith({a => 2}, itemMerger => $1) | [1, 2, 3].accumulate($1 + $2) | [1, 2].accumulate($1 + $2, 10) | [].accumulate($1) | [].accumulate($1, 1)
generate(0, $ < 5, $ + 2) | generate(0, $ < 3, $ + 1, $ * 10) | generate(0, true, ($ + 1) mod 3, decycle => true) | generateMany(1, [$ * 2, $ * 3].where($ < 10)) | generateMany(1, [$ + 1, $ + 2].where($ < 5), depthFirst => true, decycle => true) | [].defaultIfEmpty([1]) | [2].defaultIfEmpty([1]) | range(0).defaultIfEmpty([1]) | range(2).defaultIfEmpty([1])
switch(false => 1, true => 2) | switch(false => 1) | selectCase(false, true) | selectCase(false) | selectAllCases(true, false, true) | examine(1, 0) | 1.switchCase(a, b, c) | 9.switchCase(a, b) | 0.switchCase() | coalesce(null, 2) | coalesce(null) | coalesce() | 1.assert($ > 0) | 1.assert($ > 5) | 1.assert($ > 5, 'no') | range(2).assert($.len() = 2)
'abc'.matches('b') | 'abc'.matches('x') | regex('B', ignoreCase => true).matches('abc') | 'a1b2'.split(regex('[0-9]')) | regex(',').split('a,b,c', 1) | 'a1b2'.replace(regex('[0-9]'), '#') | regex('(\\\\w)1').replace('a1b1', '<\\\\1>') | 'a1b2'.replaceBy(regex('[0-9]'), str(int($.value) + 1)) | regex('(.)b').search('ab') | regex('(.)b').search('ab', $2.value) | regex('z').search('ab') | regex('[a-z]').searchAll('a1b') | regex('[a-z]').searchAll('a1b', $.start) | 'abc' =~ 'b' | 'abc' !~ 'b' | 'abc' =~ regex('^b') | escapeRegex('a.b') | isRegex(regex('a')) | isRegex('a') | 'a'.matches('(')
datetime(2020, 1, 2).year | datetime(2020, 1, 2, 3, 4, 5).minute | datetime(2020, 1, 2).weekday | datetime('2020-01-02T03:04:05Z').hour | datetime('2020', '%Y').year | datetime(86400).day | datetime(2020, 1, 2, offset => timespan(hours => 2)).utc.hour | datetime(2020, 1, 1).timestamp | datetime(2020, 2, 3, 4).date.hour | datetime(2020, 2, 3, 4).time.hours | datetime(2020, 1, 1).format('%Y/%m') | datetime(2020, 1, 1).replace(month => 5).month | datetime(2020, 1, 31).replace(month => 2) | (datetime(2020, 1, 2) - datetime(2020, 1, 1)).days | (datetime(2020, 1, 1) + timespan(days => 1)).day | datetime(2020, 1, 2) > datetime(2020, 1, 1) | datetime(2020, 1, 1) < null
timespan(hours => 1).minutes | timespan(1).hours | (timespan(1) + timespan(1)).days | (timespan(2) / 2).days | timespan(2) / timespan(1) | (timespan(1) * 3).days | (-timespan(1)).days | timespan(1) > timespan(2) | timespan(milliseconds => 5).microseconds | isTimespan(timespan(1)) | isDatetime(datetime(1)) | datetime(2020, 1, 1).offset.hours | utctz().hours | timespan(1).year | 5.year
let(1) -> $ + 1 | let(a => 2) -> $a * 3 | with(1, 2) -> $1 + $2 | [1, 2].unpack(a, b) -> $a + $b | [1, 2].unpack() -> $1 + $2 | [1].unpack(a, b) -> $a | call(len, ['abc'], {}) | call(toUpper, [], {}, 'abc') | call(abs, [-1], {}) | call(nothing, [], {}) | nothing() | 1.nothing() | len(1) | len() | len('a', 'b') | 'a'.len('b') | 'a'.substring() | 'a'.substring(start => 'x') | 'a'.substring(0, nope => 1) | 'a'.substring(0, start => 1)
range(2000).len() | range(3000).len() | range(3000) | range(2001).select($) | sequence().select($) | [1].cycle() | 1.repeat() | range(3000).where($ < 2) | ('a' * 600000) | ([0] * 70000) | pow(2, 100) | 'aaaa'.replace('a', 'b' * 200000).len()
[1, 2].len() | [{a => 1}, {a => 2}].a | [{a => [{b => 3}]}].a | null?.len() | 'a'?.len() | [].select($.x) | {a => {b => 1}}.a.b | $.x | $.get(x) | $.keys().orderBy($) | $.y.sum()
"""  # noqa: E501

TEXTS = [
    text.strip().replace("\\\\\\\\", "\\\\")
    for line in CASES.strip().splitlines()
    for text in line.split(" | ")
]


@pytest.mark.parametrize("text", TEXTS)
def test_same_as_yaql(same: Any, text: str) -> None:
    same(text, {"x": 5, "y": [1, 2]})
