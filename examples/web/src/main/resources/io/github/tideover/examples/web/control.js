'use strict';

// The control panel: asks once a second how things stand, and tells the server which button was pressed.
(() => {
  const $ = (id) => document.getElementById(id);
  const TONES = {
    OPERATIONAL: ['ok', 'working'],
    DEGRADED: ['warn', 'troubled'],
    PARTIAL_OUTAGE: ['warn', 'partly down'],
    MAJOR_OUTAGE: ['bad', 'down'],
    MAINTENANCE: ['plan', 'in maintenance'],
    RECOVERING: ['back', 'coming back'],
  };
  const ENDINGS = {
    ANSWERED: 'answered',
    REFUSED: 'refused',
    BROKEN: 'broken off',
    LEFT: 'client left',
    UNDER_WAY: 'under way',
  };
  const WELL = { word: 'well', label: 'Well', sentence: 'Every request is answered, at the pace of a model.' };

  /** The elements of each provider, by its id. */
  const cards = new Map();

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  function set(where, text) {
    if (where.textContent !== text) where.textContent = text; // a live region speaks of what changes
  }

  const ago = (seconds) => (seconds < 1 ? 'now' : seconds < 60 ? `${seconds} s ago` : `${Math.floor(seconds / 60)} min ago`);
  const words = (name) => name.toLowerCase().replaceAll('_', ' ');

  function card(provider, ways) {
    const section = element('section', 'card');
    const heading = element('h2', '', `${provider.name}, ${provider.role}`);
    heading.id = `name-${provider.id}`;
    section.setAttribute('aria-labelledby', heading.id);
    const choice = element('fieldset');
    choice.append(element('legend', '', `How ${provider.name} is`));
    const grid = element('div', 'ways');
    const inputs = new Map();
    for (const way of [WELL, ...ways]) {
      const label = element('label', `way ${way.word === WELL.word ? 'ok' : 'bad'}`);
      const input = element('input');
      input.type = 'radio';
      input.name = `way-${provider.id}`;
      input.value = way.word;
      input.addEventListener('change', () => press(provider.id, way.word));
      inputs.set(way.word, input);
      label.append(input, element('span', '', way.label));
      grid.append(label);
    }
    choice.append(grid);
    const says = element('p', 'says');
    const bars = element('div', 'bars');
    bars.setAttribute('role', 'img');
    const ends = element('div', 'ends');
    ends.append(element('span', '', '3 minutes ago'), element('span', '', 'now'));
    const legend = element('ul', 'legend');
    for (const [name, text] of [['answered', 'answered'], ['failed', 'refused or broken'], ['open', 'under way']]) {
      const item = element('li');
      item.append(element('i', name), element('span', '', text));
      legend.append(item);
    }
    const table = element('table');
    const head = element('tr');
    for (const text of ['Request', 'Came', 'Became']) {
      const cell = element('th', '', text);
      cell.scope = 'col';
      head.append(cell);
    }
    const headRows = element('thead');
    headRows.append(head);
    const rows = element('tbody');
    table.append(headRows, rows);
    const title = element('h3', '', 'What it was asked');
    section.append(heading, choice, says, title, bars, ends, legend, element('h3', '', 'The last requests'), table);
    $('providers').append(section);
    return { inputs, says, bars, title, rows };
  }

  function show(provider, ways) {
    if (!cards.has(provider.id)) cards.set(provider.id, card(provider, ways));
    const parts = cards.get(provider.id);
    parts.inputs.get(provider.way).checked = true;
    set(parts.says, [WELL, ...ways].find((way) => way.word === provider.way).sentence);
    set(parts.title, `What it was asked: ${provider.asked} ${provider.asked === 1 ? 'request' : 'requests'} so far`);
    const most = Math.max(4, ...provider.bars.map((bar) => bar.answered + bar.failed + bar.open));
    parts.bars.replaceChildren(...provider.bars.map((bar) => {
      const column = element('div');
      for (const name of ['answered', 'failed', 'open']) {
        if (bar[name] > 0) {
          const piece = element('i', name);
          piece.style.height = `${(bar[name] / most) * 100}%`;
          column.append(piece);
        }
      }
      return column;
    }));
    const sum = (name) => provider.bars.reduce((all, bar) => all + bar[name], 0);
    parts.bars.setAttribute('aria-label',
      `In the last three minutes: ${sum('answered')} answered, ${sum('failed')} refused or broken, ${sum('open')} under way`);
    parts.rows.replaceChildren(...provider.latest.map((request) => {
      const row = element('tr');
      const became = ENDINGS[request.ending] + (request.fault ? `: ${words(request.fault)}` : '');
      row.append(element('td', '', `#${request.number}`), element('td', '', ago(request.age)), element('td', '', became));
      return row;
    }));
    if (provider.latest.length === 0) {
      const row = element('tr');
      const cell = element('td', '', 'None yet. Ask something in the chat.');
      cell.colSpan = 3;
      row.append(cell);
      parts.rows.append(row);
    }
  }

  function showAll(view) {
    set($('headline'), view.status.headline);
    set($('detail'), view.status.detail);
    $('headline').lang = view.status.language;
    $('detail').lang = view.status.language;
    const items = view.routes.map((route) => {
      const [tone, word] = TONES[route.state] || TONES.DEGRADED;
      const wait = Math.ceil((route.nextTry - Date.now()) / 1000);
      return element('li', tone, `${route.provider}/${route.model}: ${word}${wait > 0 ? `, asked again in ${wait} s` : ''}`);
    });
    items.push(element('li', view.waiting ? 'later' : 'none', `${view.waiting} waiting in the outbox`));
    $('routes').replaceChildren(...items);
    view.providers.forEach((provider) => show(provider, view.ways));
  }

  async function ask(options) {
    try {
      const answer = await fetch('/api/control', options);
      const view = await answer.json();
      if (!answer.ok) {
        set($('problem'), view.error);
        return;
      }
      set($('problem'), '');
      showAll(view);
    } catch (e) {
      set($('problem'), 'This panel has lost its server; it keeps trying to reach it.');
    }
  }

  const press = (provider, way) => ask({
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ provider, way }),
  });

  async function watch() {
    if (!document.hidden) await ask({});
    setTimeout(watch, 1000);
  }

  watch();
})();
