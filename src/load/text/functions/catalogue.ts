import type { TextFunction } from '../function.ts';
import { files } from './files.ts';
import { properties } from './properties.ts';
import { random } from './random.ts';
import { regexFunction } from './regex.ts';
import { scripts } from './scripts.ts';
import { strings } from './strings.ts';
import { time } from './time.ts';
import { ofUser } from './user.ts';

/** All functions that are known here, by name. What is not in it is refused before the first request. */
export const functions: ReadonlyMap<string, TextFunction> = new Map(
  [...properties, ...time, ...random, ...ofUser, ...strings, ...files, ...regexFunction, ...scripts].map((each) => [
    each.name,
    each,
  ]),
);
