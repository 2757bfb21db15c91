import { hostname } from 'node:os';
import template from './page.html';

export function page(): string {
  return template.replace('NODE', process.version).replace('HOST', hostname());
}
