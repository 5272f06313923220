// The shapes of sync-server/api/API.md, word for word.

export type Lang = 'zh' | 'en';
export type Names = { zh: string; en: string };

export type Role = 'clerk' | 'administrator';
export type Session = {
  person: { name: string; display: string; role: Role };
  must_change_password: boolean;
};

export type Filter = 'new' | 'open' | 'answered' | 'closed' | 'all';
export type Overview = {
  office: { name: Names };
  locked: boolean;
  as_of: string;
  counts: Record<Filter, number>;
  devices: { enrolled: number; connected: number; unsent: number };
  ledger: { size: number; root: string };
};

export type Area = {
  id: number;
  parent: number | null;
  level: 'county' | 'town' | 'village';
  names: Names;
};
export type Category = {
  code: number;
  kind: string;
  names: Names;
  picture: string;
  confidential: boolean;
  unit: number | null;
  answer_days: number | null;
};
export type Unit = { id: number; names: Names };

export type CaseState = 'new' | 'accepted' | 'in-progress' | 'answered' | 'closed' | 'reopened';
export type NextState = 'accepted' | 'in-progress' | 'closed';
export type ReplyKind = 'done' | 'will-do' | 'cannot' | 'need-more';

export type Rating = {
  solved: 'yes' | 'partly' | 'no';
  stars: number;
  date: string;
};
export type Case = {
  id: string;
  category: number;
  /** Null for a category that this office no longer knows. */
  kind: string | null;
  area: number;
  /** The area whose kiosks receive the replies. */
  zone?: number;
  device: string;
  /** 0 is "not given", 1 very unhappy, 5 very happy. */
  feeling: number;
  state: CaseState;
  /** An interval, because kiosk clocks lie; without a beginning when nothing vouches for one. */
  captured: { from: string | null; to: string };
  received: string;
  due: string | null;
  replies: number;
  rating: Rating | null;
  /** False when the payload was erased or cannot be opened. */
  readable: boolean;
  erased?: boolean;
  version: number;
};
export type CaseEvent = {
  at: string;
  /** Null is the resident. */
  who: string | null;
  what: string;
  entry: number;
  note: string;
};
export type Reply = {
  version: number;
  date: string;
  kind: ReplyKind;
  unit: number;
  person: string;
  /** Null until this person opened the case in this session. */
  text: string | null;
};
export type CaseDetail = Case & { events: CaseEvent[]; replies: Reply[] };
export type CaseList = { cases: Case[]; next: string | null; as_of: string };
export type Opened = {
  text: string;
  language: string;
  replies: Reply[];
  entry: number;
};

export type Device = {
  id: string;
  name: string;
  area: number;
  state: 'enrolled' | 'revoked';
  connected: boolean;
  last_contact: string | null;
  records: number;
  unsent: number;
  since: string;
  branches: number;
  quarantined: number;
};
export type Code = {
  id: string | number;
  name: string;
  area: number;
  issued: string;
  expires: string;
  state: 'open' | 'used' | 'expired';
};
export type DeviceList = { devices: Device[]; codes: Code[]; address: string };
export type IssuedCode = { line: string; expires: string; staff_pin: string };

export type Person = {
  name: string;
  display: string;
  role: Role;
  since: string;
  must_change_password: boolean;
};
