import { NotFound } from '../problems/problem.js';

export class ProviderNotFound extends NotFound {
  constructor() {
    super('There is no such provider.');
  }
}
