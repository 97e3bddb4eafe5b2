import { NotFound } from '../http/problem.js';

export class ProviderNotFound extends NotFound {
  constructor() {
    super('There is no such provider.');
  }
}
