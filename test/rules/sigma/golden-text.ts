import { idOf } from './exception-text.ts';

/** Returns a golden case of the row with this digit: the user `mara` starts a tool. `fields` follow the others. */
export function goldenText(digit: string, fields = ''): string {
  return `- rule: ${idOf(digit)}
  case: case of ${digit}
  fields: {Stage: tool, Sanctioned: false, UserRole: unassigned, UserRoleSource: account-record,
    UserPrivilegeLevel: alert, UserId: 501, User: mara, DatabaseTool: DBeaver, DatabaseToolKind: gui,
    Coverage: complete, Files: []${fields === '' ? '' : `, ${fields}`}}
`;
}
