import { toEcsDate } from './ecs-common.ts';
import type { EcsProcess } from './ecs-document.ts';
import type { OcsfProcess } from './ocsf-process.ts';

/** Names a process; its parent and its arguments are not in a finding. */
export function toEcsProcess(process: OcsfProcess): EcsProcess {
  const { pid, uid, name, file, user, created_time: created, xattributes } = process;
  const { name: userName, uid: userId } = user;
  const signingId = xattributes?.signing_id;
  const teamId = file?.signature?.developer_uid;
  return {
    ...(pid !== undefined && { pid }),
    ...(uid !== undefined && { entity_id: uid }),
    name,
    ...(file !== undefined && { executable: file.path }),
    ...(created !== undefined && { start: toEcsDate(created) }),
    user: { id: userId, ...(userName !== undefined && { name: userName }) },
    ...((signingId !== undefined || teamId !== undefined) && {
      code_signature: {
        exists: true,
        ...(signingId !== undefined && { signing_id: signingId }),
        ...(teamId !== undefined && { team_id: teamId }),
      },
    }),
  };
}
