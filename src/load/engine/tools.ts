import { compileText, filesIn, refusalsOf } from '../text/compile.ts';
import { compileCondition, refusalsOfCondition } from '../text/condition.ts';
import type { CompileTools } from './compile.ts';
import { including } from './expand.ts';
import type { TextInspection } from './inspect.ts';
import type { Run } from './user.ts';

/** What the rooms of texts and of plans bring to the compiler and to the inspection. */
export const inspection: TextInspection = {
  text: refusalsOf,
  condition: refusalsOfCondition,
  files: filesIn,
};

export function toolsOf(
  plan: string,
  run: Run,
  { target, askServer }: { readonly target?: URL | undefined; readonly askServer: boolean },
): CompileTools {
  return {
    text: (text, place) => compileText(text, { place, plan }),
    condition: (text, language, place) => compileCondition(text, language, { place, plan }),
    ...{ inspection, include: including(run.files), run, askServer },
    ...(target && { target }),
  };
}
