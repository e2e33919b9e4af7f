// The search takes an error as it was pasted. Sphinx' own wants every word on one page, and a pasted
// line has words that no page has: addresses, paths, times. So:
// 1. what the text is known by leads, as in `smtpdoctor explain`: the families of texts that programs
//    print, and the replies of servers (RECOGNIZED, which tools/documentation/recognized.py writes);
// 2. texts of the index that stand in the pasted line follow, the longest first (an index text has … where
//    anything may stand);
// 3. where no page has all the words, those with the rarest of them follow.
"use strict";

(() => {
  if (typeof Search === "undefined") return;
  const everyWord = Search._performSearch;
  const SHORTEST = 5;
  const MOST_READ = 20000;
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

  // --- what a text is known by -------------------------------------------------------------------

  const compiled = new Map();
  const regex = (pattern, flags = "im") => {
    const key = `${flags}/${pattern}`;
    if (!compiled.has(key)) compiled.set(key, new RegExp(pattern, flags));
    return compiled.get(key);
  };
  // the dot ends at a line, so that a reply is also read as one
  const fits = (pattern, reply) =>
    regex(pattern).test(reply) || (reply.includes("\n") && regex(pattern).test(reply.replace(/\n\d{3}[- ]/g, " ")));

  const STATUS = "[45]\\.\\d{1,3}\\.\\d{1,3}";
  const ENDS = /(?:\\r)?\\n|["']\)|"$|'\}|">>|\)\s*$|",|", with|\r|\s(?:CLIENT|SERVER|SMTP) -(?:>|&gt;)/m;
  const ended = (text) => text.split(ENDS)[0].replace(/\s{2,}|\t/g, " ").replace(/^[ "'`\]]+|[ "'`\]]+$/g, "");

  // the replies of servers in a text, in whatever wrapping a program shows them, and where each begins
  const repliesIn = (text) => {
    const { codes } = RECOGNIZED;
    const reply = new RegExp(
      `(?<![\\w./$-])(?<!\\d:)(?<!\\bof )(${codes})(?:([- ])|["']?,? ?(?:with message )?b?["'(]+|, b?["']|\\)?[:,] |: ?b?["'])` +
        `(#?${STATUS}[ :-]{0,2}|\\(${STATUS}\\) ?)?([^\\n]{0,600})`,
      "g",
    );
    const found = [];
    for (let match = reply.exec(text); match; match = reply.exec(text)) {
      const [, code, more, status = ""] = match;
      let rest = match[4];
      const again = rest.search(new RegExp(`(?<![\\w.])${code}[- ](?=\\S)`));
      if (again >= 0) {
        reply.lastIndex = match.index + match[0].length - rest.length + again;
        rest = rest.slice(0, again);
      } else if (/^requested (?:mail )?action (?:not taken|aborted)/i.test(rest)) {
        const below = /^\n([A-Z][^\n{}]{8,300})/.exec(text.slice(reply.lastIndex));
        if (below) rest += ` ${below[1]}`;
      }
      const line = `${code} ${status.replace(/[#() :-]+/g, "")} ${ended(rest)}`.replace(/ +/g, " ");
      const last = found[found.length - 1];
      if (last && more && last.code === code && match.index - last.end < 60) last.text += `\n${line}`;
      else if (line.trim() !== code) found.push({ code, text: line, at: match.index });
      if (found.length) found[found.length - 1].end = Math.min(reply.lastIndex, match.index + match[0].length);
    }
    const lost = new RegExp(`(?<![\\w.])(?<!(?:${codes})\\W{0,3})(${STATUS})[ :;-]+([^\\n]{3,600})`, "g");
    for (const match of text.matchAll(lost)) {
      const code = RECOGNIZED.statuses[match[1]] ?? `${match[1][0]}50`;
      found.push({ code, text: `${code} ${match[1]} ${ended(match[2])}`, at: match.index });
    }
    const bare = new RegExp(`(?:^|\\W)(${codes})(?: (${STATUS}))?\\W*$`).exec(text.trim());
    if (!found.length && bare) found.push({ code: bare[1], text: `${bare[1]} ${bare[2] ?? ""}`, at: 0 });
    return found;
  };

  // the step that a reply answered: by its own words, the last thing before it that tells, or a hint
  const cueOf = (reply, text) => {
    const within = (words) => words.find(([, pattern]) => regex(pattern, "i").test(reply.text))?.[0] ?? null;
    const before = text.slice(Math.max(0, reply.at - 260), reply.at).replace(/\b235[ -][^\n]*/g, "");
    let nearest = -1;
    let cue = null;
    for (const [stage, pattern] of RECOGNIZED.cues) {
      for (const match of before.matchAll(regex(pattern, "gi"))) {
        const end = match.index + match[0].length;
        if (end > nearest) [nearest, cue] = [end, stage];
      }
    }
    cue = within(RECOGNIZED.said) ?? cue ?? within(RECOGNIZED.hints);
    return cue === "greeting" && /^(?:454|50[0-4])/.test(reply.text) ? "starttls" : cue;
  };

  const ofReply = (reply, text) => {
    const { usual, rules, unworded } = RECOGNIZED;
    const stages = { ...(usual[reply.code] ?? RECOGNIZED.else) };
    const cue = cueOf(reply, text);
    const login = /^53[458]/.test(reply.code);
    const possible = new Set([...Object.keys(stages), ...(login ? [] : ["mail", "rcpt", "data"]), ...(cue ? [cue] : [])]);
    const ranks = {};
    let specific = new RegExp(`^\\d{3} ${STATUS}`).test(reply.text) || login ? 5 : 4;
    for (const stage of possible) {
      const rule = rules.find(([pattern, means]) => stage in means && fits(pattern, reply.text));
      const byCode = rules.find(([pattern, means]) => stage in means && fits(pattern, `${reply.code} `));
      ranks[stage] = rule ? rule[1][stage] : (unworded[stage][reply.code] ?? []);
      if (rule && rule !== byCode) {
        stages[stage] = (stages[stage] ?? 0.4) + 0.8;
        specific = 6;
      }
    }
    if (cue) stages[cue] = (stages[cue] ?? 0.3) + (/^(?:5[35]|4)/.test(reply.code) ? 1.2 : 0.6);
    const best = Object.entries(stages).sort((a, b) => b[1] - a[1]).slice(0, 3);
    const codes = best.flatMap(([stage, weight]) =>
      (ranks[stage] ?? []).map(([code, share]) => [code, (share * weight) / best[0][1]]),
    );
    return { kind: "reply", specific, codes };
  };

  // sentences of servers without any code before them
  const ofSentences = (text) => {
    const found = [];
    for (const line of text.split("\n")) {
      if (line.length < 12 || line.length > 1500) continue;
      for (const stage of ["data", "rcpt", "mail", "auth", "greeting"]) {
        const code = stage === "auth" ? "535" : "550";
        const at = (reply) => RECOGNIZED.rules.find(([pattern, means]) => stage in means && fits(pattern, reply));
        const rule = at(`${code} ${line}`);
        if (!rule || rule === at(`${code} `)) continue;
        found.push({ kind: "sentence", specific: 3, codes: rule[1][stage] });
        break;
      }
    }
    return found;
  };

  // by code, how likely it is; empty where nothing in the text is known
  const recognized = (query) => {
    query = query.slice(-MOST_READ);
    const text = query.replace(/\r\n/g, "\n").replace(/\\+n(?=\s)/g, "\n").replace(/\n[ \t]+(?=\S)/g, " ");
    const found = RECOGNIZED.texts
      .filter(([pattern]) => regex(pattern, "i").test(query))
      .map(([, specific, kind, { "": plain, ...beside }]) => {
        const address = Object.keys(beside).find((pattern) => regex(pattern, "i").test(query));
        return { specific, kind, codes: beside[address] ?? plain };
      });
    found.push(...repliesIn(text).map((reply) => ofReply(reply, text)));
    if (found.every(({ specific }) => specific < 3)) found.push(...ofSentences(text));
    if (!found.length) {
      for (const [pattern, specific, kind, codes] of RECOGNIZED.clients)
        if (regex(pattern, "i").test(query)) found.push({ specific, kind, codes });
    }
    const absorbed = new Set(found.flatMap(({ kind }) => RECOGNIZED.absorbed[kind] ?? []));
    const kept = found.filter(({ kind }) => !absorbed.has(kind)).sort((a, b) => b.specific - a.specific);
    const best = new Map();
    kept.forEach(({ specific, codes }, place) => {
      if (specific < kept[0].specific - 1) return;
      const nearer = (specific === kept[0].specific ? 1 : 0.55) * (1 - 0.05 * place);
      for (const [code, share] of codes) best.set(code, Math.max(best.get(code) ?? 0, share * nearer));
    });
    return best;
  };

  const ofCodes = (query) => {
    const { docnames, titles, filenames } = Search._index;
    // the name of a page or of an option is no error
    const asked = query.trim().toLowerCase();
    if (titles.some((title) => title.toLowerCase() === asked) || /^--?[a-z-]+$/.test(asked)) return [];
    return [...recognized(query)].flatMap(([code, weight]) => {
      const file = docnames.indexOf(`diagnoses/${code}`);
      return file < 0 ? [] : [[docnames[file], titles[file], "", null, 1000 + 1000 * weight, filenames[file], "text"]];
    });
  };

  Search._performSearch = (query, terms, excluded, highlight, objects) => {
    let found = everyWord(query, terms, excluded, highlight, objects);
    if (found.length === 0) found = withSomeWords(excluded, terms);
    const best = new Map();
    for (const result of [...inTheLine(query), ...ofCodes(query)]) {
      if ((best.get(result[5])?.[4] ?? 0) < result[4]) best.set(result[5], result);
    }
    // the last is shown first
    return [...found.filter((result) => !best.has(result[5])), ...best.values()].sort((a, b) => a[4] - b[4]);
  };
})();
