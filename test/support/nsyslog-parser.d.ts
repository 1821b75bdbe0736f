declare module 'nsyslog-parser' {
  export interface ParsedMessage {
    readonly type: 'RFC5424' | 'BSD' | 'CEF' | 'LEEF' | 'UNKNOWN';
    readonly message: string;
    readonly structuredData?: readonly Readonly<Record<string, string>>[];
  }

  /** Takes `fields: false` to leave the message uncut. */
  const parse: (line: string, options?: { readonly fields?: boolean }) => ParsedMessage;
  // oxlint-disable-next-line import/no-default-export -- the module is one function
  export default parse;
}
