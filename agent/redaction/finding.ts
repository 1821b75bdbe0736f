import type { Finding, Step, StepProcess } from '../../rules/finding.ts';
import type { Disclosure } from './disclosure.ts';

/**
 * The finding as it may be shown, stored and sent: without secrets in paths, names of programs and destinations, by the
 * configuration. Everything else is evidence and stays; a finding without a secret is given back as it is. `redactions` counts
 * the places in which something was hidden.
 */
export function redactFinding(finding: Finding, disclosure: Disclosure): Finding {
  const before = disclosure.count;
  const redacted: Finding = {
    ...finding,
    user: nullable(finding.user, (text) => disclosure.text(text)),
    files: finding.files.map((path) => disclosure.file(path)),
    destination: nullable(finding.destination, (text) => disclosure.text(text)),
    steps: finding.steps.map((step) => redactStep(step, disclosure)),
  };
  const redactions = disclosure.count - before;
  return redactions === 0 ? redacted : { ...redacted, redactions };
}

function redactStep(step: Step, disclosure: Disclosure): Step {
  return {
    ...step,
    process: step.process && redactProcess(step.process, disclosure),
    path: nullable(step.path, (path) => disclosure.file(path)),
    sourcePath: nullable(step.sourcePath, (path) => disclosure.file(path)),
    destination: nullable(step.destination, (text) => disclosure.text(text)),
  };
}

/** The name and an ad hoc signature repeat the name of the program's file. */
function redactProcess(process: StepProcess, disclosure: Disclosure): StepProcess {
  return {
    ...process,
    name: disclosure.path(process.name),
    executable: disclosure.path(process.executable),
    signingId: nullable(process.signingId, (text) => disclosure.path(text)),
  };
}

function nullable(text: string | null, redact: (text: string) => string): string | null {
  return text === null ? null : redact(text);
}
