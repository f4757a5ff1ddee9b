/**
 * Whether a row `a` of `approval` speaks for its request: every round does but one that another round has taken the place of. Of a
 * superseded round that nobody was asked anew after, the request has no other. Looked up for superseded rounds only, which are few.
 */
export const IS_NEWEST_ROUND = `(a.status <> 'superseded'
  or a.round = (select max(n.round) from approval n where n.tenant = a.tenant and n.invocation = a.invocation))`;
