"""The style sheet of the HTML report: small screens first, light and dark, and paper.

Meaning is never in colour alone: signs and words stand beside it. Each colour of a text has a
contrast of at least 4.5 on its ground (WCAG 2.2, 1.4.3).
"""

STYLE = """
:root {
  color-scheme: light dark;
  --ground: #fff; --raised: #f5f7f9; --line: #d3d9df; --text: #1d2126; --quiet: #535c66;
  --error: #b3261e; --warning: #7a4d00; --passed: #1a6b2d; --link: #0b4fb3;
  --removed: #fdeceb; --added: #e6f4ea; --bar: #3f7ac4;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #14171a; --raised: #1d2126; --line: #3a424b; --text: #e6e8eb; --quiet: #a9b2bc;
    --error: #ff9d94; --warning: #f0c060; --passed: #7fd48f; --link: #8ab8ff;
    --removed: #44211f; --added: #17351f; --bar: #6ea3e6;
  }
}
@media print { :root { color-scheme: light; } }
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 56rem; padding: 1.25rem 1rem 3rem;
  background: var(--ground); color: var(--text); overflow-wrap: anywhere;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0; }
h2 { font-size: 1.2rem; line-height: 1.35; margin: 2.25rem 0 .6rem; }
h3 { font-size: 1.05rem; margin: 1.4rem 0 .4rem; }
h4, h5 { font-size: 1rem; margin: 1.1rem 0 .3rem; }
p, ul, ol, dl { margin: .5rem 0; }
ul { padding-left: 1.3rem; }
a { color: var(--link); }
code, pre, .mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
code, pre { font-size: .875rem; }
pre {
  margin: .5rem 0; padding: .6rem .8rem; white-space: pre-wrap;
  background: var(--raised); border: 1px solid var(--line); border-radius: .4rem;
}
.quiet { color: var(--quiet); }
.small { font-size: .875rem; }
.error { color: var(--error); } .warning { color: var(--warning); }
.passed { color: var(--passed); } .note { color: var(--quiet); }
.verdict { border-left: .4rem solid; padding: .2rem 0 .2rem .9rem; }
.verdict h1, .verdict h2 { color: var(--text); margin: 0; }
.state { font-weight: 700; margin: 0 0 .2rem; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; }
dl.facts dt { color: var(--quiet); } dl.facts dd { margin: 0; }
.finding {
  border: 1px solid var(--line); border-radius: .5rem; margin: 1.25rem 0; padding: .9rem 1rem;
}
.finding > :first-child { margin-top: 0; }
summary { cursor: pointer; padding: .25rem 0; }
summary > :is(h2, h3, h4, h5) { display: inline; margin: 0; font-size: 1rem; }
.fix { border-left: .25rem solid var(--passed); padding-left: .9rem; margin: 1rem 0; }
.fix > :first-child { margin-top: 0; }
.fix.other { border-left-color: var(--line); }
pre .caret { color: var(--error); font-weight: 700; }
ins, del { text-decoration: none; display: block; margin: 0 -.8rem; padding: 0 .8rem; }
del { background: var(--removed); } ins { background: var(--added); }
pre .same, pre .head { display: block; } pre .head { color: var(--quiet); }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
caption { text-align: left; color: var(--quiet); padding-bottom: .3rem; }
th, td {
  text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0;
  border-top: 1px solid var(--line); font-weight: 400;
}
thead th { border-top: 0; color: var(--quiet); font-size: .875rem; }
td.state, td.number { margin: 0; white-space: nowrap; }
.checks th[scope="row"], .timed thead th { white-space: nowrap; }
.timed thead th:last-child { text-align: right; padding-right: 0; }
td.number { text-align: right; font-variant-numeric: tabular-nums; padding-right: 0; }
.waterfall td.time { width: 45%; }
.track { display: block; position: relative; height: 1.1rem; border-left: 1px solid var(--line); }
.bar {
  position: absolute; top: .2rem; height: .7rem; min-width: 3px;
  background: var(--bar); border-radius: 2px;
}
.bar.failed {
  background: repeating-linear-gradient(
    45deg, var(--error) 0 4px, transparent 4px 7px); border: 1px solid var(--error);
}
.ports td { overflow-wrap: normal; }
.path { table-layout: fixed; }
.path td { position: relative; border-top: 0; padding: .35rem .6rem .35rem 1.5rem; }
.path thead th { padding-left: 1.5rem; } .path th[scope="row"] { border-top: 0; width: 3.5rem; }
.path thead th:first-child { padding-left: 0; width: 3.5rem; }
.path td.hop::before {
  content: ""; position: absolute; left: .3rem; top: .75rem;
  width: .6rem; height: .6rem; border-radius: 50%; background: var(--bar);
}
.path td.hop::after, .path td.end.joined::after {
  content: ""; position: absolute; left: .55rem; top: 0; bottom: 0;
  border-left: .12rem solid var(--bar);
}
.path td.end.joined::after { bottom: auto; height: .6rem; }
.path td.end { font-weight: 700; padding-left: .2rem; }
.path td.silent::before { background: var(--ground); border: .12rem solid var(--bar); z-index: 1; }
.tree, .tree ul { list-style: none; padding-left: 0; }
.tree ul { margin: 0 0 0 .5rem; padding-left: 1rem; border-left: 1px solid var(--line); }
.tree li { margin: .35rem 0; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .8rem; }
@media (max-width: 34rem) {
  .waterfall td.time { width: 32%; }
  .ports td, .path td { font-size: .8rem; padding-right: .3rem; }
  .path th[scope="row"], .path thead th:first-child { width: 2.6rem; overflow-wrap: normal; }
  .checks thead th:last-child, .checks td.number { display: none; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  tr, pre, li, p { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
  .bar, .track, ins, del { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
}
"""
