// The search takes an error as it was pasted. Sphinx' own wants every word on one page, and a pasted
// line has words that no page has: addresses, paths, times. So:
// 1. texts of the index that stand in the pasted line lead, the longest first (an index text has … where
//    anything may stand);
// 2. where no page has all the words, those with the rarest of them follow.
"use strict";

(() => {
  if (typeof Search === "undefined") return;
  const everyWord = Search._performSearch;
  const SHORTEST = 5;
  const words = (text) => ` ${text.toLowerCase().split(/[^\p{L}\p{N}]+/u).join(" ").trim()} `;

  // how much of the line the pieces take, in their order; 0 where one is missing
  const lengthWithin = (line, pieces) => {
    let end = 0;
    let length = 0;
    for (const piece of pieces) {
      const start = line.indexOf(piece, Math.max(end - 1, 0)); // a blank ends one and begins the next
      if (start < 0) return 0;
      end = start + piece.length;
      length += piece.length - 2;
    }
    return length;
  };

  const inTheLine = (query) => {
    const { indexentries, docnames, titles, filenames } = Search._index;
    const line = words(query);
    const best = new Map();
    for (const [entry, places] of Object.entries(indexentries)) {
      const length = lengthWithin(line, entry.split("…").map(words));
      if (length < SHORTEST) continue;
      for (const [file, id] of places) {
        const score = 200 + length;
        if ((best.get(file)?.[4] ?? 0) >= score) continue;
        const anchor = id ? `#${id}` : "";
        best.set(file, [docnames[file], titles[file], anchor, null, score, filenames[file], "index"]);
      }
    }
    return [...best.values()];
  };

  const withSomeWords = (excluded, terms) => {
    const best = new Map();
    for (const term of terms) {
      const found = Search.performTermsSearch(new Set([term]), excluded);
      for (const result of found) {
        const score = result[4] / found.length;
        const before = best.get(result[5]);
        if (before) before[4] += score;
        else best.set(result[5], [...result.slice(0, 4), score, ...result.slice(5)]);
      }
    }
    return [...best.values()];
  };

  Search._performSearch = (query, terms, excluded, highlight, objects) => {
    let found = everyWord(query, terms, excluded, highlight, objects);
    if (found.length === 0) found = withSomeWords(excluded, terms);
    const pasted = inTheLine(query);
    const files = new Set(pasted.map((result) => result[5]));
    // the last is shown first
    return [...found.filter((result) => !files.has(result[5])), ...pasted].sort((a, b) => a[4] - b[4]);
  };
})();
