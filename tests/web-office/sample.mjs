// A small county with a plausible week in it. Places, people and words are invented.
export const kNow = '2026-11-18T14:32:00+08:00';
const kOffsetMs = 8 * 3_600_000;

/** The moment `hours` before (or after, when negative) now, in the office's offset. */
export function ago(hours, now = kNow) {
  const local = new Date(Date.parse(now) - hours * 3_600_000 + kOffsetMs);
  return `${local.toISOString().slice(0, 19)}+08:00`;
}

const names = (zh, en) => ({ zh, en });

export const areas = [
  { id: 1, parent: null, level: 'county', names: names('栖云县', 'Qiyun County') },
  { id: 301, parent: 1, level: 'town', names: names('三合镇', 'Sanhe') },
  { id: 302, parent: 1, level: 'town', names: names('上河镇', 'Shanghe') },
  { id: 303, parent: 1, level: 'town', names: names('南渡镇', 'Nandu') },
  { id: 30101, parent: 301, level: 'village', names: names('柳树湾村', 'Liushuwan') },
  { id: 30102, parent: 301, level: 'village', names: names('双井村', 'Shuangjing') },
  { id: 30201, parent: 302, level: 'village', names: names('枫树坪村', 'Fengshuping') },
  { id: 30202, parent: 302, level: 'village', names: names('上河村', 'Shanghe village') },
  { id: 30301, parent: 303, level: 'village', names: names('渡口村', 'Dukou') },
];

const category = (code, kind, zh, en, unit, days, confidential = false) => ({
  code,
  kind,
  names: names(zh, en),
  picture: 'other',
  confidential,
  unit,
  answer_days: days,
});
export const categories = [
  category(101, 'complaint', '饮用水', 'Drinking water', 3, 13),
  category(102, 'help', '路灯和道路', 'Roads and lights', 4, 3),
  category(103, 'complaint', '电费和电价', 'Electricity bills', 5, 13),
  category(104, 'consult', '养老和医保', 'Pensions and health insurance', 6, 3),
  category(105, 'suggestion', '学校和校车', 'School and school bus', 7, 13),
  category(106, 'thanks', '感谢', 'Thanks', 1, null),
  category(107, 'report', '反映干部作风', 'Conduct of officials', 2, 13, true),
];

export const units = [
  { id: 1, names: names('县信访局', 'County petitions office') },
  { id: 2, names: names('县纪委监委', 'County supervision commission') },
  { id: 3, names: names('县水务局', 'County water bureau') },
  { id: 4, names: names('县交通运输局', 'County transport bureau') },
  { id: 5, names: names('县供电公司', 'County power company') },
  { id: 6, names: names('县人社局', 'County social security bureau') },
  { id: 7, names: names('县教育局', 'County education bureau') },
];

const longWord = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft';

/** [id, category, area, device, feeling, state, hours since said, hours since received, due in hours, text] */
const rows = [
  [
    '7f3a91c204d5e6f8',
    101,
    30201,
    '枫树坪村委会 1 号',
    1,
    'in-progress',
    222,
    173,
    142,
    '水管里放出来的水是黄的，放一晚上底下有一层泥。家里有奶娃，都是去山上挑水。村里问过水厂，说等通知，等了十几天了。',
  ],
  [
    '1c02bb7790aa4411',
    103,
    30102,
    '双井村口',
    2,
    'accepted',
    400,
    380,
    -75,
    '机井电费多收了，一度电收了一块二。',
  ],
  [
    'a0b1c2d3e4f50617',
    102,
    30301,
    '渡口村卫生室',
    2,
    'new',
    80,
    78,
    -6,
    '村口到渡口的路灯有五盏不亮，晚上老人过不了桥。',
  ],
  [
    '55aa66bb77cc88dd',
    104,
    30202,
    '上河村委会',
    3,
    'new',
    26,
    25.5,
    47,
    '养老金认证为什么要跑两趟？我妈八十一了走不动。',
  ],
  [
    '0123456789abcdef',
    105,
    30101,
    '柳树湾 1 号',
    4,
    'new',
    5,
    4,
    240,
    'The school bus could stop at the bridge. ' + longWord,
  ],
  [
    'deadbeef00112233',
    107,
    30101,
    '柳树湾 1 号',
    1,
    'new',
    3,
    2.5,
    290,
    '这是一段\u202E倒过来的\u202C文字，还有 \u2066隔离\u2069。<b>不是标签</b>',
  ],
  [
    '9988776655443322',
    101,
    30201,
    '枫树坪村委会 1 号',
    2,
    'reopened',
    700,
    690,
    20,
    '答复说修好了，可是昨天又停水。',
  ],
  [
    '4242424242424242',
    103,
    30102,
    '双井村口',
    2,
    'answered',
    330,
    300,
    10,
    '电表换了以后数字跳得快。',
  ],
  [
    'abcdabcdabcdabcd',
    102,
    30101,
    '柳树湾 1 号',
    5,
    'closed',
    600,
    590,
    -300,
    '谢谢，路修好了，就是排水沟盖板有一块松。',
  ],
  ['6161616161616161', 106, 30301, '渡口村卫生室', 5, 'new', 30, 29, null, ''],
  ['7070707070707070', 104, 30202, '上河村委会', 0, 'new', 50, 49, 23, '医保异地怎么报销'],
];

function eventsOf(row, entry) {
  const [, , , , , state, , received] = row;
  const out = [{ at: ago(received), who: null, what: 'received', entry, note: '' }];
  const add = (hours, who, what, note = '') =>
    out.push({ at: ago(hours), who, what, entry: entry + out.length, note });
  if (state === 'new') return out;
  add(received - 1, '周敏', 'accepted');
  if (state === 'accepted') return out;
  add(received - 2, '李建国', 'in-progress');
  if (state === 'in-progress') return out;
  add(received - 20, '李建国', 'opened', 'answer');
  add(received - 21, '李建国', 'replied');
  if (state === 'closed') {
    add(received - 200, null, 'rated');
    add(received - 220, '周敏', 'closed', '居民已确认');
  }
  if (state === 'reopened') add(4, null, 'reopened');
  return out;
}

function repliesOf(row) {
  if (!['answered', 'closed', 'reopened'].includes(row[5])) return [];
  return [
    {
      version: 1,
      date: ago(row[7] - 21),
      kind: 'done',
      unit: categories.find((c) => c.code === row[1]).unit,
      person: '李建国',
      text: '您好。我们已到现场查看并处理，检测结果贴在村口的终端旁。还有问题请拨 12345。',
    },
  ];
}

/** The cases as the office keeps them: what the API shows, and the sealed text beside it. */
export function makeCases() {
  return rows.map((row, i) => {
    const [id, code, area, device, feeling, state, said, received, due, text] = row;
    const kind = categories.find((c) => c.code === code).kind;
    // A kiosk that just set its clock knows the minute; one that lost it knows a day.
    const from = i % 3 === 1 ? `${ago(said).slice(0, 10)}T00:00:00+08:00` : ago(said);
    const to =
      i % 3 === 1
        ? ago(0, new Date(Date.parse(from) + 24 * 3_600_000).toISOString())
        : ago(i % 3 === 0 ? said - 3 : said);
    // One clock that nothing vouches for.
    const known = id !== '4242424242424242';
    const events = eventsOf(row, 1000 + i * 20);
    return {
      shown: {
        id,
        category: code,
        kind,
        area,
        device,
        feeling,
        state,
        captured: known ? { from, to } : { from: null, to: ago(received) },
        zone: Math.floor(area / 100),
        received: ago(received),
        due: due === null ? null : ago(-due),
        replies: repliesOf(row).length,
        rating: state === 'closed' ? { solved: 'yes', stars: 4, date: ago(received - 200) } : null,
        readable: id !== '7070707070707070',
        version: events.length,
      },
      events,
      replies: repliesOf(row),
      text,
    };
  });
}

const device = (id, name, area, more) => ({
  id,
  name,
  area,
  state: 'enrolled',
  connected: true,
  last_contact: ago(0.01),
  records: 40,
  unsent: 0,
  since: ago(2000),
  branches: 0,
  quarantined: 0,
  ...more,
});

export function makeDevices() {
  return [
    device('00000000000000a1', '柳树湾 1 号', 30101, { records: 212 }),
    device('00000000000000a2', '双井村口', 30102, { records: 96, unsent: 2 }),
    device('00000000000000a3', '枫树坪村委会 1 号', 30201, {
      connected: false,
      last_contact: ago(150),
      unsent: 18,
    }),
    device('00000000000000a4', '渡口村卫生室', 30301, { quarantined: 3, records: 51 }),
    device('00000000000000a5', '上河村委会', 30202, { connected: false, last_contact: ago(5) }),
    device('00000000000000a6', '上河村老年食堂', 30202, {
      connected: false,
      last_contact: null,
      records: 0,
    }),
    device('00000000000000a7', '双井旧机', 30102, {
      state: 'revoked',
      connected: false,
      last_contact: ago(900),
    }),
  ];
}

export function makeCodes() {
  return [
    { id: 3, name: '上河村小学', area: 30202, issued: ago(2), expires: ago(-70), state: 'open' },
    {
      id: 2,
      name: '上河村老年食堂',
      area: 30202,
      issued: ago(60),
      expires: ago(-12),
      state: 'used',
    },
    {
      id: 1,
      name: '双井旧机',
      area: 30102,
      issued: ago(2100),
      expires: ago(2028),
      state: 'expired',
    },
  ];
}
