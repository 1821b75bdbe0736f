import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { APPLICATION_ERROR, APPLICATION_LIFECYCLE } from './ocsf-classes.ts';

const OCSF = join(import.meta.dirname, '../../../../../shared/data/ocsf');

/** Whether ../shared/data/ocsf is there. */
export const HAS_SCHEMA = existsSync(OCSF);

/** What is wrong with an OCSF document by the schema of its class; `[]` when it is valid. */
export type OcsfCheck = (document: unknown) => readonly string[];

/** Compiles the schemas of all classes that are sent. It takes a second or two. */
export function compileOcsf(): OcsfCheck {
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: false,
    strictRequired: false,
    keywords: ['x-ocsf-recommended'],
  });
  const finding = readSchema('detection_finding-1.7.0.schema.json');
  const { $defs } = finding;
  const validators: ReadonlyMap<unknown, ValidateFunction> = new Map([
    [2004, ajv.compile(finding)],
    [6008, ajv.compile({ ...APPLICATION_ERROR, $defs })],
    [6002, ajv.compile({ ...APPLICATION_LIFECYCLE, $defs })],
  ]);
  return (document) => {
    const validate = validators.get((document as { class_uid?: unknown }).class_uid);
    if (validate === undefined) return ['of no class that is sent'];
    validate(document);
    return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
  };
}

function readSchema(file: string): { readonly $defs: object } {
  return JSON.parse(readFileSync(join(OCSF, file), 'utf8')) as { readonly $defs: object };
}
