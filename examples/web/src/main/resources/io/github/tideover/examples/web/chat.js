'use strict';

// The page of one conversation. The server tells it, over one stream of events, how things stand ("snapshot") and then what
// changes: a turn, a piece of an answer, the queue, the status. Whatever comes from there is shown as text, never as HTML.
(() => {
  const $ = (id) => document.getElementById(id);
  const say = $('say');
  const log = $('log');

  /** What the server said of each turn, by number, and the elements that show it. */
  const turns = new Map();
  let room = '';
  let source = null;
  let failures = 0;
  let lastHeard = Date.now();
  let isGone = false;
  let isBeginning = false;
  let since = 0;
  let bannerTimer = 0;
  let goneTimer = 0;

  const ICONS = {
    live: 'M5 12.5l4.500 4.500L19 7.500',
    backup: 'M4 8h13l-3.500-3.500M20 16H7l3.500 3.500',
    kept: 'M12 7v5l3.500 2M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17',
    similar: 'M4 9.500c2.700-2.600 5.300-2.600 8 0s5.300 2.600 8 0M4 15.500c2.700-2.600 5.300-2.600 8 0s5.300 2.600 8 0',
    later: 'M7 3.500h10M7 20.500h10M8 3.500c0 5 8 6 8 8.500s-8 3.500-8 8.500M16 3.500c0 5-8 6-8 8.500s8 3.500 8 8.500',
    own: 'M5 5h14v10H11l-4 4v-4H5z',
    trouble: 'M12 4l9 16H3zM12 10v4.500M12 17.200v.1',
    stopped: 'M7 7h10v10H7z',
  };

  const TONES = {
    OPERATIONAL: ['ok', 'Working', ICONS.live],
    DEGRADED: ['warn', 'Troubled', ICONS.trouble],
    PARTIAL_OUTAGE: ['warn', 'Partly down', ICONS.trouble],
    MAJOR_OUTAGE: ['bad', 'Down', ICONS.trouble],
    MAINTENANCE: ['plan', 'Maintenance', ICONS.kept],
    RECOVERING: ['back', 'Coming back', ICONS.backup],
  };

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  function icon(path) {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('aria-hidden', 'true');
    svg.setAttribute('class', 'icon');
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    line.setAttribute('d', path);
    svg.append(line);
    return svg;
  }

  const clock = (millis) => new Date(millis).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

  function duration(millis) {
    const seconds = Math.max(0, Math.round(millis / 1000));
    if (seconds < 60) return seconds === 1 ? '1 second' : `${seconds} seconds`;
    const minutes = Math.round(seconds / 60);
    if (minutes < 60) return minutes === 1 ? '1 minute' : `${minutes} minutes`;
    const hours = Math.round(minutes / 60);
    return hours === 1 ? '1 hour' : `${hours} hours`;
  }

  const ago = (millis) => (Date.now() - millis < 1500 ? 'just now' : `${duration(Date.now() - millis)} ago`);
  const short = (text) => (text.length > 60 ? `${text.slice(0, 59).trimEnd()}…` : text);
  const isUnderWay = (turn) => turn.state === 'ASKED' || turn.state === 'STREAMING';

  /** Read aloud by a screen reader, once: whole answers and what became of questions, not each word as it comes. */
  function speak(text) {
    const line = element('p', '', text);
    $('aloud').append(line);
    setTimeout(() => line.remove(), 15000);
  }

  // ---- what is said of an answer -------------------------------------------------------------------------------------

  /** Where an answer comes from: a tone, an icon, words, and a time whose age is kept up to date. */
  function origin(turn) {
    switch (turn.state) {
      case 'QUEUED':
        return ['later', ICONS.later, 'Kept. It is answered later, here in this place.'];
      case 'BROKEN':
      case 'FAILED':
        return ['bad', ICONS.trouble, turn.sentence];
      case 'STOPPED':
      case 'WITHDRAWN':
        return ['none', ICONS.stopped, turn.sentence];
      case 'ANSWERED':
        break;
      default:
        return null;
    }
    if (turn.later) {
      return ['later', ICONS.later, `Answered later, at ${clock(turn.givenAt)}, by ${turn.provider}`];
    }
    switch (turn.origin) {
      case 'LIVE':
        return ['ok', ICONS.live, turn.provider, turn.givenAt];
      case 'ALTERNATE':
        return ['plan', ICONS.backup, `From the backup, ${turn.provider}`, turn.givenAt];
      case 'CACHED':
        return ['warn', ICONS.kept, 'A kept answer', turn.givenAt];
      case 'SIMILAR':
        return ['warn', ICONS.similar, `A kept answer to a similar question: “${short(turn.similarTo)}”`, turn.givenAt];
      default:
        return ['none', ICONS.own, 'Words for when nobody can answer'];
    }
  }

  function age(givenAt, isKept) {
    const time = element('time', 'age');
    time.dateTime = new Date(givenAt).toISOString();
    time.title = new Date(givenAt).toLocaleString();
    time.dataset.kept = isKept ? 'yes' : '';
    return time;
  }

  function tellAges() {
    for (const time of document.querySelectorAll('time.age')) {
      const given = Date.parse(time.dateTime);
      time.textContent = time.dataset.kept ? `given ${ago(given)}` : clock(given);
    }
    $('lasting').textContent = since ? `for ${duration(Date.now() - since)}` : '';
  }

  function note(turn) {
    if (turn.restarted && isUnderWay(turn)) return 'The first answer broke off. This is another one, from its beginning.';
    if (turn.state !== 'ANSWERED') return '';
    const notes = [];
    if (turn.restarted) notes.push('A first answer had broken off.');
    if (turn.continued) notes.push('Another model finished this answer.');
    if (!turn.complete) notes.push('It was cut at the provider’s limit.');
    return notes.join(' ');
  }

  function canAskAgain(turn) {
    return ['BROKEN', 'FAILED', 'STOPPED', 'WITHDRAWN'].includes(turn.state)
      || (turn.state === 'ANSWERED' && (!turn.complete || turn.origin === 'CANNED'));
  }

  // ---- turns -----------------------------------------------------------------------------------------------------------

  function turnElements(number) {
    const article = element('article', 'turn');
    article.id = `turn-${number}`;
    article.tabIndex = -1;
    const question = element('div', 'said');
    question.append(element('h3', 'unseen', 'You'), element('p', 'words'));
    const answer = element('div', 'answer');
    answer.append(element('h3', 'unseen', 'Answer'), element('p', 'words'), element('div', 'foot'));
    article.append(question, answer);
    $('turns').append(article);
    return { article, question, answer };
  }

  function show(turn) {
    const known = turns.get(turn.number);
    const parts = known ? known.parts : turnElements(turn.number);
    turns.set(turn.number, { turn, parts });
    parts.article.setAttribute('aria-label', `Question ${turn.number}`);
    parts.article.dataset.state = turn.state;
    parts.question.querySelector('.words').textContent = turn.question;
    parts.answer.className = `answer ${turn.state.toLowerCase()}`;
    const words = parts.answer.querySelector('.words');
    words.textContent = turn.text;
    words.hidden = !turn.text && turn.state !== 'ASKED';
    if (turn.state === 'ASKED' && !turn.text) {
      words.append(element('span', 'unseen', 'The answer is on its way'));
      const dots = element('span', 'dots');
      dots.setAttribute('aria-hidden', 'true');
      dots.append(element('i'), element('i'), element('i'));
      words.append(dots);
    }
    const foot = parts.answer.querySelector('.foot');
    foot.replaceChildren();
    const from = origin(turn);
    if (from) {
      const [tone, path, text, givenAt] = from;
      const mark = element('p', `origin ${tone}`);
      const said = element('span', '', text);
      if (givenAt) said.append(' · ', age(givenAt, turn.origin === 'CACHED' || turn.origin === 'SIMILAR'));
      if (turn.attempts > 1 && givenAt) said.append(` · ${turn.attempts} attempts`);
      mark.append(icon(path), said);
      foot.append(mark);
    }
    const more = note(turn);
    if (more) foot.append(element('p', 'note', more));
    if (canAskAgain(turn)) {
      const again = element('button', 'link', 'Ask again');
      again.type = 'button';
      again.setAttribute('aria-label', `Ask again: ${short(turn.question)}`);
      again.addEventListener('click', () => {
        say.focus();
        send(turn.question);
      });
      foot.append(again);
    }
    foot.hidden = foot.childElementCount === 0;
  }

  function changed(turn) {
    const before = turns.get(turn.number)?.turn;
    const stick = isAtEnd() || !before;
    show(turn);
    tellAges();
    tellEmptiness();
    tellBusy();
    if (stick) toEnd();
    if (!before) return;
    if (turn.restarted && !before.restarted) speak('The answer broke off. Another one begins.');
    if (before.state === turn.state) return;
    if (turn.later) {
      flash(turn);
      if (!isInView(turn)) {
        $('news-text').textContent = `“${short(turn.question)}” has been answered.`;
        $('news').hidden = false;
        $('news-show').onclick = () => goTo(turn);
      }
      speak(`Your question “${short(turn.question)}” has been answered: ${turn.text}`);
    } else if (!isUnderWay(turn)) {
      const from = origin(turn);
      speak(turn.state === 'ANSWERED' ? `${turn.text} ${turn.origin === 'LIVE' ? '' : from[2]}` : from[2]);
    }
  }

  function flash(turn) {
    const { article } = turns.get(turn.number).parts;
    article.classList.add('fresh');
    setTimeout(() => article.classList.remove('fresh'), 4000);
  }

  function isInView(turn) {
    const place = turns.get(turn.number).parts.answer.getBoundingClientRect();
    const frame = log.getBoundingClientRect();
    return place.top < frame.bottom - 20 && place.bottom > frame.top + 20;
  }

  function goTo(turn) {
    const { article } = turns.get(turn.number).parts;
    $('news').hidden = true;
    article.scrollIntoView({ block: 'center' });
    article.focus({ preventScroll: true });
  }

  function added(piece) {
    const known = turns.get(piece.turn);
    if (!known || known.turn.text.length !== piece.at) {
      reconnect(); // something was missed: how things stand is told anew
      return;
    }
    const { turn, parts } = known;
    const stick = isAtEnd();
    turn.text += piece.text;
    if (turn.state === 'ASKED') {
      turn.state = 'STREAMING';
      show(turn);
    } else {
      parts.answer.querySelector('.words').append(piece.text);
    }
    if (stick) toEnd();
  }

  const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const toEnd = () => { log.scrollTop = log.scrollHeight; };

  // When a phone's keyboard comes up, or the banner, the last words stay in sight.
  let isKeptAtEnd = true;
  log.addEventListener('scroll', () => { isKeptAtEnd = isAtEnd(); });
  new ResizeObserver(() => { if (isKeptAtEnd) toEnd(); }).observe(log);

  function tellEmptiness() {
    $('empty').hidden = turns.size > 0;
  }

  function tellBusy() {
    const busy = [...turns.values()].some(({ turn }) => isUnderWay(turn));
    const hadFocus = document.activeElement === $('send') || document.activeElement === $('stop');
    $('send').hidden = busy;
    $('stop').hidden = !busy;
    if (hadFocus) say.focus();
  }

  // ---- queue, status ---------------------------------------------------------------------------------------------------

  function queued(queue) {
    const stick = isAtEnd();
    const list = $('waiting');
    const focused = [...list.querySelectorAll('button')].indexOf(document.activeElement);
    list.replaceChildren();
    for (const waiting of queue) {
      const item = element('li');
      const back = element('button', 'link', 'Take back');
      back.type = 'button';
      back.setAttribute('aria-label', `Take back: ${short(waiting.question)}`);
      back.addEventListener('click', () => post('/api/withdraw', { turn: waiting.turn }));
      const place = element('span', 'place', String(waiting.position));
      place.title = `Number ${waiting.position} in the line`;
      item.append(place, element('span', 'asked', waiting.question), back);
      list.append(item);
    }
    $('queue').hidden = queue.length === 0;
    $('queue-title').textContent = queue.length === 1 ? '1 question waits for its answer' : `${queue.length} questions wait for their answers`;
    if (focused >= 0) (list.querySelectorAll('button')[Math.min(focused, queue.length - 1)] || say).focus();
    if (stick) toEnd();
  }

  function told(status) {
    const [tone, word, path] = TONES[status.state] || TONES.DEGRADED;
    $('pill').className = `pill ${tone}`;
    $('pill-text').textContent = word;
    clearTimeout(bannerTimer);
    const isNews = status.kind === 'RESTORED' || status.kind === 'SUSPECTED' || status.kind === 'MAINTENANCE_AHEAD';
    const isShown = status.state !== 'OPERATIONAL' || isNews;
    since = status.state === 'OPERATIONAL' ? 0 : status.since;
    if (isShown) {
      $('banner').className = `banner ${status.kind === 'SUSPECTED' && tone === 'ok' ? 'warn' : tone}`;
      $('banner-icon').setAttribute('d', status.kind === 'SUSPECTED' ? ICONS.trouble : path);
      $('banner-words').lang = status.language;
      if ($('headline').textContent !== status.headline) $('headline').textContent = status.headline;
      if ($('detail').textContent !== status.detail) $('detail').textContent = status.detail;
      $('detail').hidden = !status.detail;
      // All is well: the news of it need not stay.
      if (status.state === 'OPERATIONAL') bannerTimer = setTimeout(() => { $('banner').hidden = true; }, 20000);
    }
    $('banner').hidden = !isShown;
    tellAges();
  }

  // ---- the stream of events -----------------------------------------------------------------------------------------------

  function snapshot(state) {
    const isForgotten = room !== '' && room !== state.room && turns.size > 0 && !isBeginning;
    isBeginning = false;
    room = state.room;
    document.title = state.title;
    $('title').textContent = state.title;
    $('to-panel').hidden = !state.canBreak;
    $('panel-hint').hidden = !state.canBreak;
    $('suggestions').replaceChildren(...state.suggestions.map((text) => {
      const button = element('button', 'suggestion', text);
      button.type = 'button';
      button.addEventListener('click', () => {
        say.focus();
        send(text);
      });
      return button;
    }));
    turns.clear();
    $('turns').replaceChildren();
    state.turns.forEach(show);
    queued(state.queue);
    told(state.status);
    tellEmptiness();
    tellBusy();
    tellAges();
    toEnd();
    if (isForgotten) problem('What was said here is gone: a new chat was begun, or the server was started anew.');
  }

  function found() {
    clearTimeout(goneTimer);
    goneTimer = 0;
    failures = 0;
    isGone = false;
    $('gone').hidden = true;
    lastHeard = Date.now();
  }

  function lost() {
    // A short break, as with every reload of the server's connection, is not worth a word.
    if (!goneTimer && !isGone) {
      goneTimer = setTimeout(() => {
        isGone = true;
        $('gone').hidden = false;
        $('banner').hidden = true; // nobody knows
        $('pill').className = 'pill none';
        $('pill-text').textContent = 'Not connected';
      }, 1500);
    }
  }

  function connect() {
    source = new EventSource('/api/events');
    const on = (name, deed) => source.addEventListener(name, (event) => {
      const data = JSON.parse(event.data);
      deed(data);
      found();
    });
    on('snapshot', snapshot);
    on('turn', changed);
    on('piece', added);
    on('queue', queued);
    on('status', told);
    on('ping', () => {});
    source.onerror = () => {
      lost();
      reconnect();
    };
  }

  let reconnecting = 0;
  function reconnect() {
    source.close();
    clearTimeout(reconnecting);
    reconnecting = setTimeout(connect, Math.min(5000, 250 * 2 ** failures));
    failures += 1;
  }

  // The server pings every 15 s: a connection on which nothing comes for longer is dead, whatever it looks like.
  setInterval(() => {
    tellAges();
    if (Date.now() - lastHeard > 40000) {
      lastHeard = Date.now();
      lost();
      reconnect();
    }
  }, 1000);

  // ---- what the user does ---------------------------------------------------------------------------------------------------

  function problem(text) {
    $('problem').textContent = text;
  }

  async function post(path, body) {
    problem('');
    try {
      const answer = await fetch(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (answer.ok) return true;
      problem((await answer.json()).error);
    } catch (e) {
      problem('That did not reach the server of this page.');
    }
    return false;
  }

  async function send(text) {
    if ([...turns.values()].some(({ turn }) => isUnderWay(turn))) {
      problem('Wait for the end of the answer, or stop it with Esc.');
      return false;
    }
    $('news').hidden = true;
    toEnd();
    return post('/api/say', { text });
  }

  async function submit() {
    const text = say.value;
    if (!text.trim()) return;
    say.value = '';
    fit();
    if (!(await send(text))) {
      say.value = text + say.value; // it is not lost
      fit();
    }
  }

  const stop = () => post('/api/stop', {});

  /** As high as what is in it, up to a third of the window. */
  function fit() {
    say.style.height = 'auto';
    say.style.height = `${Math.min(say.scrollHeight + 2, window.innerHeight / 3)}px`;
  }

  $('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
    say.focus();
  });
  say.addEventListener('input', fit);
  say.addEventListener('keydown', (event) => {
    // While a word is put together, as in Japanese, Enter chooses it.
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !$('stop').hidden) stop();
  });
  $('stop').addEventListener('click', () => {
    stop();
    say.focus();
  });
  $('new').addEventListener('click', async () => {
    isBeginning = true;
    if (await post('/api/new', {})) {
      $('news').hidden = true;
      reconnect();
      say.focus();
    } else {
      isBeginning = false;
    }
  });

  connect();
  say.focus();
})();
